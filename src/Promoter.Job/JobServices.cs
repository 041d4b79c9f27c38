using Microsoft.Extensions.Logging;
using Promoter.Aws;
using Promoter.Aws.Diagnosis;
using Promoter.Job.Doctor;
using Promoter.Promotion;
using Promoter.Promotion.Configuration;
using Promoter.Registries;
using Promoter.Registries.Authentication;

namespace Promoter.Job;

/// <summary>Composes the engine from the configuration: the only place of this program that names AWS.</summary>
internal sealed class JobServices : IDisposable
{
    private readonly AwsRegistries _aws;
    private readonly EcrCredentials _ecrCredentials;

    public JobServices(PromotionConfig config, ILoggerFactory loggers)
    {
        ClientOptions = ConfigMapping.ClientOptions(config.Transfer);
        _aws = new AwsRegistries(ConfiguredRegistries.Of(config));
        _ecrCredentials = new EcrCredentials(_aws, TimeProvider.System, loggers.CreateLogger<EcrCredentials>());
        List<IRegistryCredentials> sources = [_ecrCredentials];
        if (DockerConfigLocation.Find(Environment.GetEnvironmentVariable) is { } path) sources.Add(new DockerConfigCredentials(path));
        Registries = new RegistryClients(
            new CredentialChain(sources, loggers.CreateLogger<CredentialChain>()),
            ConfigMapping.Registries(config),
            ClientOptions,
            [new EcrPlatform(_aws, TimeProvider.System, loggers.CreateLogger<EcrPlatform>(), config.Transfer.RateLimits)],
            TimeProvider.System,
            loggers);
    }

    public RegistryClientOptions ClientOptions { get; }

    public RegistryClients Registries { get; }

    /// <summary>What AWS says of one registry of a rule; nothing for a registry that is not ECR.</summary>
    public async Task<IReadOnlyList<DoctorCheck>> DiagnoseAsync(string host, Side side, IReadOnlyList<string> repositories, CancellationToken cancellationToken)
    {
        if (!_aws.TryFind(host, out _)) return [];
        var checks = await new RegistryDiagnosis(_aws, _ecrCredentials, TimeProvider.System).DiagnoseAsync(new DiagnosisSubject(host, side, repositories), cancellationToken);
        return [.. checks.Select(c => new DoctorCheck(c.Side, c.Host, c.Name, Enum.Parse<DoctorStatus>(c.Status.ToString()), c.Detail) { Remedy = c.Remedy, MissingStatement = c.MissingStatement, ExitCode = c.Status == CheckStatus.Fail ? ExitCode.AccessDenied : ExitCode.Done })];
    }

    public void Dispose()
    {
        Registries.Dispose();
        _ecrCredentials.Dispose();
        _aws.Dispose();
    }
}
