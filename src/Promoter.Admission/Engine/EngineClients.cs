using Promoter.Admission.Configuration;
using Promoter.Aws;
using Promoter.Promotion.Configuration;
using Promoter.Registries;
using Promoter.Registries.Authentication;

namespace Promoter.Admission.Engine;

/// <summary>The registries of one configuration: the only place of this program that names AWS.</summary>
internal sealed class EngineClients : IDisposable
{
    /// <summary>A review waits for a look-up, so that one that fails is not repeated for long: 429 must be told from silence within the budget.</summary>
    private static readonly RegistryClientOptions LookUpOptions = new()
    {
        Retries = 1,
        RetryDelay = TimeSpan.FromMilliseconds(200),
        MaxRetryDelay = TimeSpan.FromMilliseconds(500),
        RetryLimit = TimeSpan.FromSeconds(2),
        ConnectTimeout = TimeSpan.FromSeconds(5),
        ResponseTimeout = TimeSpan.FromSeconds(10),
    };

    private readonly PromotionConfig _config;
    private readonly AwsRegistries _aws;
    private readonly EcrCredentials _ecrCredentials;
    private readonly EcrPlatform _platform;
    private readonly IRegistryCredentials _credentials;
    private readonly AddressPolicy _addresses;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;

    public EngineClients(PromotionConfig config, AccessConfig access, Func<string, string?> environment, TimeProvider time, ILoggerFactory loggers)
    {
        (_config, _time, _loggers) = (config, time, loggers);
        _addresses = EngineAddresses.Of(config, access);
        Options = config.Transfer.ClientOptions;
        _aws = new AwsRegistries(ConfiguredRegistries.Of(config));
        _ecrCredentials = new EcrCredentials(_aws, time, loggers.CreateLogger<EcrCredentials>());
        List<IRegistryCredentials> sources = [_ecrCredentials];
        if (DockerConfigLocation.Find(environment) is { } path) sources.Add(new DockerConfigCredentials(path));
        _platform = new EcrPlatform(_aws, time, loggers.CreateLogger<EcrPlatform>(), config.Transfer.RateLimits);
        _credentials = new CredentialChain(sources, loggers.CreateLogger<CredentialChain>());
        Copies = Create(_credentials, Options);
        LookUps = Create(_credentials, LookUpOptions);
    }

    public RegistryClientOptions Options { get; }

    /// <summary>For plans and copies: patient.</summary>
    public RegistryClients Copies { get; }

    /// <summary>For questions that a review waits for.</summary>
    public RegistryClients LookUps { get; }

    /// <summary>Registries that see the source with a pod's credentials, and everything else with ours. The caller disposes them.</summary>
    public RegistryClients ForPod(string sourceHost, IRegistryCredentials credentials) => Create(new PodSourceCredentials(sourceHost, credentials, _credentials), Options);

    /// <summary>The same for a question that a review waits for.</summary>
    public RegistryClients LookUpsForPod(string sourceHost, IRegistryCredentials credentials) => Create(new PodSourceCredentials(sourceHost, credentials, _credentials), LookUpOptions);

    public void Dispose()
    {
        Copies.Dispose();
        LookUps.Dispose();
        _ecrCredentials.Dispose();
        _aws.Dispose();
    }

    private RegistryClients Create(IRegistryCredentials credentials, RegistryClientOptions options) =>
        new(credentials, [.. _config.Registries.Select(r => r.ClientOptions)], options with { Addresses = _addresses }, [_platform], _time, _loggers);
}
