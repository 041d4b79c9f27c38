using Amazon.Runtime;
using Promoter.Aws.Ecr;
using Promoter.Aws.Identities;
using Promoter.Registries;

namespace Promoter.Aws;

/// <summary>One ECR registry as this run uses it: its host, who we are there, and the client of its API.</summary>
public sealed class AwsRegistry : IDisposable
{
    private readonly Lazy<AmazonECRClient> _client;
    private readonly AwsIdentities _identities;

    internal AwsRegistry(AwsRegistryOptions options, EcrHost host, AwsIdentities identities)
    {
        _identities = identities;
        Options = options;
        Host = host;
        Identity = AwsIdentity.Of(options, host);
        _client = new Lazy<AmazonECRClient>(() => new AmazonECRClient(identities.CredentialsOf(Identity), ConfigOf(options, host)), LazyThreadSafetyMode.PublicationOnly);
    }

    public AwsRegistryOptions Options { get; }

    public EcrHost Host { get; }

    public AwsIdentity Identity { get; }

    public Side? Side => Options.Side;

    /// <summary>The registry id that requests carry; null for a host that does not tell its account: then the caller's own is meant.</summary>
    public string? RegistryId => Host.AccountId.Length > 0 ? Host.AccountId : null;

    /// <exception cref="IdentityException">The identity's first credentials do not exist.</exception>
    public AmazonECRClient Client => _client.Value;

    /// <summary>Where requests to the ECR API go: what the configuration or <c>AWS_ENDPOINT_URL_ECR</c> says, else AWS's own host.</summary>
    internal Uri ApiEndpoint
    {
        get
        {
            var config = ConfigOf(Options, Host);
            return new Uri(string.IsNullOrEmpty(config.ServiceURL) ? Host.ApiEndpoint : config.ServiceURL);
        }
    }

    /// <summary>How messages name the registry: <c>the target registry 222222222222.dkr…</c>.</summary>
    public string Description => Side switch
    {
        Registries.Side.Source => $"the source registry {Host}",
        Registries.Side.Target => $"the target registry {Host}",
        _ => $"registry {Host}",
    };

    public void Dispose()
    {
        if (_client.IsValueCreated) _client.Value.Dispose();
    }

    /// <summary>Has the identity's credentials fetched anew for the next request.</summary>
    /// <returns>False where they are keys that nobody renews.</returns>
    internal bool ForgetCredentials()
    {
        switch (_identities.CredentialsOf(Identity))
        {
            case RefreshingAWSCredentials refreshing:
                refreshing.ClearCredentials();
                return true;
            case FoundCredentials found:
                return found.Forget();
            default:
                return false;
        }
    }

    internal static AmazonECRConfig ConfigOf(AwsRegistryOptions options, EcrHost host)
    {
        var config = new AmazonECRConfig(host.Region) { UseFIPSEndpoint = host.IsFips, UseDualstackEndpoint = host.IsDualStack };
        if (!string.IsNullOrEmpty(options.EcrEndpoint)) config.ServiceURL = options.EcrEndpoint;
        return config;
    }
}
