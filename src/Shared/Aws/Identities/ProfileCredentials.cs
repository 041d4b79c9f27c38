using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using Promoter.Promotion.Configuration;

namespace Promoter.Aws.Identities;

/// <summary>The credentials of a profile in the shared AWS config and credentials files, and what to do where it has none.</summary>
internal static class ProfileCredentials
{
    /// <exception cref="IdentityException">There is no such profile, or nothing in it that credentials could come from.</exception>
    public static AWSCredentials Of(string name)
    {
        var profiles = new CredentialProfileStoreChain();
        if (!profiles.TryGetProfile(name, out var profile)) throw NotThere(name, profiles.ListProfiles().Select(p => p.Name));

        if (profile.Options.SourceProfile is { Length: > 0 } source && !profiles.TryGetProfile(source, out _)) throw WithoutSource(name, source);

        // The SDK would load a package for it that is not part of the programs (and is no use in a cluster); the AWS CLI does the same by another way.
        if (profile.Options is { SsoStartUrl: not null } or { SsoSession: not null } or { LoginSession: not null }) throw SignsIn(name);
        return new FoundCredentials(
            () => profiles.TryGetAWSCredentials(name, out var credentials) && credentials is not null ? credentials : throw Unusable(name), e => Failed(profile, e));
    }

    private static IdentityException NotThere(string name, IEnumerable<string> names) =>
        new($"there is no profile '{name}' in the shared AWS config and credentials files{(Suggestion.For(name, names) is { } meant ? $" (did you mean '{meant}'?)" : "")}: check the name, AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE");

    private static IdentityException WithoutSource(string name, string source) =>
        new($"profile '{name}' assumes its role from source_profile '{source}', and there is no profile of that name in the shared AWS config and credentials files: correct source_profile");

    private static IdentityException SignsIn(string name) =>
        new($"profile '{name}' signs in through a browser (IAM Identity Center), which only the AWS CLI can: give a profile the line 'credential_process = aws configure export-credentials --profile {name}', and name that one here");

    private static IdentityException Unusable(string name) =>
        new($"profile '{name}' names no usable credentials: it needs aws_access_key_id with aws_secret_access_key, or credential_process, or role_arn with a source_profile that has one of these");

    private static IdentityException Failed(CredentialProfile profile, Exception e)
    {
        var advice = profile.Options.CredentialProcess is { Length: > 0 } process ? $"run '{process}' by hand to see why"
            : profile.Options.RoleArn is { Length: > 0 } role ? $"check that {role} trusts the credentials of source_profile, and its external id"
            : "check what the profile says";

        // Not with a broken file or stream as its cause: the SDK takes that for a broken connection, and tries again for seconds.
        return new IdentityException($"profile '{profile.Name}' gives no credentials: {e.GetBaseException().Message.TrimEnd('.', ' ', '-')}; {advice}", e.Find<IOException>() is null ? e : null)
        {
            IsTransient = StsFaults.IsTransient(e) || e.Find<HttpRequestException>() is not null,
        };
    }
}
