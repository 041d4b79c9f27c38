using System.Collections.Concurrent;
using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
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
                return new CredentialProfileStoreChain().TryGetAWSCredentials(identity.Profile, out var credentials)
                    ? credentials
                    : throw new IdentityException($"profile '{identity.Profile}' has no usable credentials in the shared AWS config and credentials files: check the name, AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE");
            case AwsCredentialSource.PodIdentity:
                return PodIdentity();
            default:
                return new ChainCredentials();
        }
    }

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

    /// <summary>
    /// The SDK's default chain, asked when credentials are needed, so that its failure has a sentence of its own. What it finds is kept: the SDK asks once for
    /// the session token and once for the key, and a chain that is walked twice answers with two sessions.
    /// </summary>
    private sealed class ChainCredentials : AWSCredentials
    {
        private AWSCredentials? _found;

        // The STS client asks synchronously on its way to AssumeRole, although AssumeRoleAsync was called.
        public override ImmutableCredentials GetCredentials()
        {
            try
            {
                return Find().GetCredentials();
            }
            catch (AmazonClientException e)
            {
                throw NotFound(e);
            }
        }

        public override async Task<ImmutableCredentials> GetCredentialsAsync()
        {
            try
            {
                return await Find().GetCredentialsAsync();
            }
            catch (AmazonClientException e)
            {
                throw NotFound(e);
            }
        }

        private AWSCredentials Find()
        {
            if (_found is { } found) return found;
            using var chain = new DefaultAWSCredentialsIdentityResolver();
            var resolved = chain.ResolveIdentity(clientConfig: null);
            return Interlocked.CompareExchange(ref _found, resolved, null) ?? resolved;
        }

        private static IdentityException NotFound(AmazonClientException e) => new(
            $"no usable AWS credentials were found ({e.InnerException?.Message ?? e.Message}): in EKS give the pod's service account a role (IRSA or Pod Identity); elsewhere set AWS_PROFILE or the AWS_ACCESS_KEY_ID variables",
            e);
    }
}
