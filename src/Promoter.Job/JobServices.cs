using Microsoft.Extensions.Logging;
using Promoter.Aws;
using Promoter.Aws.Diagnosis;
using Promoter.Job.Doctor;
using Promoter.Oci;
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
    private readonly RegistryDiagnosis _diagnosis;
    private readonly PromotionConfig _config;

    public JobServices(PromotionConfig config, ILoggerFactory loggers)
    {
        _config = config;
        ClientOptions = config.Transfer.ClientOptions;
        _aws = new AwsRegistries(ConfiguredRegistries.Of(config));
        _ecrCredentials = new EcrCredentials(_aws, TimeProvider.System, loggers.CreateLogger<EcrCredentials>());
        _diagnosis = new RegistryDiagnosis(_aws, _ecrCredentials, TimeProvider.System);
        List<IRegistryCredentials> sources = [_ecrCredentials];
        if (DockerConfigLocation.Find(Environment.GetEnvironmentVariable) is { } path) sources.Add(new DockerConfigCredentials(path));
        Registries = new RegistryClients(
            new CredentialChain(sources, loggers.CreateLogger<CredentialChain>()),
            [.. config.Registries.Select(r => r.ClientOptions)],
            ClientOptions,
            [new EcrPlatform(_aws, TimeProvider.System, loggers.CreateLogger<EcrPlatform>(), config.Transfer.RateLimits)],
            TimeProvider.System,
            loggers);
    }

    public RegistryClientOptions ClientOptions { get; }

    public RegistryClients Registries { get; }

    /// <summary>What AWS says of one registry of a rule; nothing for a registry that is not ECR.</summary>
    public async Task<IReadOnlyList<DoctorCheck>> DiagnoseAsync(DoctorScope scope, CancellationToken cancellationToken)
    {
        var subject = new DiagnosisSubject(scope.Host, scope.Side, scope.Repositories)
        {
            Examples = scope.Examples,
            IsSettingsModel = scope.Side == Side.Source && IsSettingsModel(scope.Host),
        };
        return Lines(await _diagnosis.DiagnoseAsync(subject, cancellationToken));
    }

    /// <summary>What AWS knows of an image that is at its target: replicas and scan findings.</summary>
    public async Task<IReadOnlyList<DoctorCheck>> DescribeAsync(ImageReference target, Digest digest, CancellationToken cancellationToken) =>
        Lines(await _diagnosis.DescribeImageAsync(target.Registry, target.Repository, digest, cancellationToken));

    /// <summary>Corrects the settings of a target's repositories that exist and differ from the configuration.</summary>
    public async Task<IReadOnlyList<DoctorCheck>> RepairAsync(DoctorScope scope, CancellationToken cancellationToken) =>
        Lines(await _diagnosis.RepairAsync(new DiagnosisSubject(scope.Host, scope.Side, scope.Repositories), cancellationToken));

    public void Dispose()
    {
        Registries.Dispose();
        _ecrCredentials.Dispose();
        _aws.Dispose();
    }

    // Repositories of such a target take what the rule leaves open from the source's.
    private bool IsSettingsModel(string source) => _config.Rules
        .Where(rule => rule.Source.Host == source)
        .Any(rule => _aws.TryFind(rule.Target.Host, out var target) && target.Options.CreateRepositories is { CopySourceSettings: true });

    private static IReadOnlyList<DoctorCheck> Lines(IEnumerable<Check> checks) => [.. checks.Select(Line)];

    // With the exit code that a promotion would end with.
    private static DoctorCheck Line(Check check) => new(check.Side, check.Host, check.Name, StatusOf(check.Status), check.Detail)
    {
        Remedy = check.Remedy,
        MissingStatement = check.MissingStatement,
        ExitCode = check.Status == CheckStatus.Fail ? ExitCodes.Of(new RegistryException(check.Fault, check.Detail) { Side = check.Side }) : ExitCode.Done,
    };

    private static DoctorStatus StatusOf(CheckStatus status) => status switch
    {
        CheckStatus.Ok => DoctorStatus.Ok,
        CheckStatus.Warn => DoctorStatus.Warn,
        CheckStatus.Fail => DoctorStatus.Fail,
        _ => DoctorStatus.Skipped,
    };
}
