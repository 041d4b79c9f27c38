using Amazon.Runtime;

namespace Promoter.Aws.Identities;

/// <summary>
/// Credentials that the SDK finds by itself, asked when they are needed, so that their failure has a sentence of its own. What is found is kept: the SDK asks
/// once for the session token and once for the key, and a chain that is walked twice answers with two sessions.
/// </summary>
/// <param name="find">Whatever it throws is explained, too.</param>
internal sealed class FoundCredentials(Func<AWSCredentials> find, Func<Exception, IdentityException> explain) : AWSCredentials
{
    private AWSCredentials? _found;

    // The STS client asks synchronously on its way to AssumeRole, although AssumeRoleAsync was called.
    public override ImmutableCredentials GetCredentials()
    {
        try
        {
            return Find().GetCredentials();
        }
        catch (Exception e) when (IsFailure(e))
        {
            throw explain(e);
        }
    }

    public override async Task<ImmutableCredentials> GetCredentialsAsync()
    {
        try
        {
            return await Find().GetCredentialsAsync();
        }
        catch (Exception e) when (IsFailure(e))
        {
            throw explain(e);
        }
    }

    /// <summary>Has them fetched anew; false where they are keys that nobody renews.</summary>
    public bool Forget()
    {
        if (_found is not RefreshingAWSCredentials refreshing) return false;
        refreshing.ClearCredentials();
        return true;
    }

    // Providers throw what they please: the assembly of a login service that is not there, a program's exit code, a file that is no JSON.
    private static bool IsFailure(Exception e) => e is not (IdentityException or OperationCanceledException);

    private AWSCredentials Find()
    {
        if (_found is { } found) return found;
        var resolved = find();
        return Interlocked.CompareExchange(ref _found, resolved, null) ?? resolved;
    }
}
