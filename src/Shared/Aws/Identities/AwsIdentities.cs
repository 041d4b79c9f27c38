using System.Collections.Concurrent;
using Amazon.Runtime;
using Amazon.Runtime.Credentials;

namespace Promoter.Aws.Identities;

/// <summary>
/// Credentials of identities, each made once. The SDK's default chain is one per process; everything beyond it is built explicitly, so that
/// two accounts with two roles work in one process.
/// </summary>
public sealed class AwsIdentities : IDisposable
{
    private readonly ConcurrentDictionary<AwsIdentity, Lazy<AWSCredentials>> _credentials = new();

    /// <exception cref="IdentityException">The identity's first credentials do not exist: no profile of that name, no token file, no agent.</exception>
    public AWSCredentials CredentialsOf(AwsIdentity identity)
    {
        // Failures are not kept: a Lazy would repeat them after their cause is gone.
        var lazy = _credentials.GetOrAdd(identity, static key => new Lazy<AWSCredentials>(() => Create(key), LazyThreadSafetyMode.PublicationOnly));
        return lazy.Value;
    }

    public void Dispose()
    {
        foreach (var credentials in _credentials.Values.Where(lazy => lazy.IsValueCreated).Select(lazy => lazy.Value).OfType<RefreshingAWSCredentials>())
        {
            // The default chain's credentials belong to the process.
            if (credentials is RoleCredentials or WebIdentityCredentials) credentials.Dispose();
        }
    }

    private static AWSCredentials Create(AwsIdentity identity)
    {
        if (identity.Source == AwsCredentialSource.WebIdentity) return new WebIdentityCredentials(identity);
        var first = FirstCredentials(identity);
        return identity.RoleArn is null ? first : new RoleCredentials(identity, first);
    }

    private static AWSCredentials FirstCredentials(AwsIdentity identity)
    {
        switch (identity.Source)
        {
            case AwsCredentialSource.Profile:
                return ProfileCredentials.Of(identity.Profile!);
            case AwsCredentialSource.PodIdentity:
                return PodIdentity();
            default:
                return new FoundCredentials(DefaultChain, NotFound);
        }
    }

    private static AWSCredentials DefaultChain()
    {
        using var chain = new DefaultAWSCredentialsIdentityResolver();
        return chain.ResolveIdentity(clientConfig: null);
    }

    private static IdentityException NotFound(Exception e) => new(
        $"no usable AWS credentials were found ({(e as AmazonClientException)?.InnerException?.Message ?? e.Message}): in EKS give the pod's service account a role (IRSA or Pod Identity); elsewhere set AWS_PROFILE or the AWS_ACCESS_KEY_ID variables",
        e.Find<IOException>() is null ? e : null);

    private static GenericContainerCredentials PodIdentity()
    {
        try
        {
            return new GenericContainerCredentials();
        }
        catch (ArgumentException e)
        {
            throw new IdentityException(
                $"there is no EKS Pod Identity here ({e.Message}): install the Pod Identity agent add-on, associate the pod's service account with a role, and restart the pod", e);
        }
    }
}
