using Microsoft.Extensions.Logging.Abstractions;
using Promoter.Aws.Lookups;
using Promoter.Aws.Provisioning;
using Promoter.Registries;

namespace Promoter.Aws.Diagnosis;

/// <summary>
/// Checks everything that a promotion needs of an ECR registry, by calls that change nothing. The identity comes first: where it cannot be
/// had, the rest is not asked.
/// </summary>
public sealed class RegistryDiagnosis(AwsRegistries registries, EcrCredentials credentials, TimeProvider time)
{
    // What a missing permission means is in the checks; the log would only repeat it.
    private readonly EcrCalls _calls = new(time, NullLogger.Instance);

    /// <returns>The checks in the order they were made; none for a host that is not ECR.</returns>
    public async Task<IReadOnlyList<Check>> DiagnoseAsync(DiagnosisSubject subject, CancellationToken cancellationToken)
    {
        if (!registries.TryFind(subject.Host, out var registry) || registry.Host.IsPublic) return [];
        var identity = new IdentityChecks(registries, credentials, registry, subject);
        var checks = new List<Check> { await identity.WhoAmIAsync(cancellationToken) };
        if (checks[0].Status == CheckStatus.Fail) return checks;
        checks.Add(await identity.TokenAsync(cancellationToken));
        foreach (var repository in subject.Repositories) await AddRepositoryAsync(checks, registry, subject, repository, cancellationToken);
        if (subject.Side == Side.Target) checks.Add(await MountingAsync(registry, subject, cancellationToken));
        return checks;
    }

    /// <summary>Corrects the settings of a repository that differ from the configuration; only ever called because a person asked.</summary>
    /// <returns>What was corrected, and what cannot be (<see cref="RepositoryDrift.CanChange"/>).</returns>
    /// <exception cref="RegistryException">A permission is missing (<c>policies/iam/repository-repairer.json</c>), or ECR failed.</exception>
    public async Task<IReadOnlyList<RepositoryDrift>> RepairSettingsAsync(string host, string repository, CancellationToken cancellationToken)
    {
        if (!registries.TryFind(host, out var registry) || registry.Options.CreateRepositories is not { ByTemplate: false } creation) return [];
        if (await RepositorySettings.ReadAsync(registry, repository, creation.RepositoryPolicy is not null, cancellationToken) is not { } settings) return [];
        var drift = RepositoryDrift.Between(settings, creation);
        await RepositoryWriter.RepairAsync(registry, repository, creation, drift, cancellationToken);
        return drift;
    }

    private async Task AddRepositoryAsync(List<Check> checks, AwsRegistry registry, DiagnosisSubject subject, string repository, CancellationToken cancellationToken)
    {
        var actions = new ActionChecks(registry, subject);
        foreach (var probe in ProbesOf(registry, subject))
        {
            // Creating is only tried where the answer is "already exists"; elsewhere it would create.
            if (probe.Action == EcrActions.CreateRepository && checks[^1] is not { Status: CheckStatus.Ok }) continue;
            checks.Add(await actions.RunAsync(probe, repository, cancellationToken));
        }

        var repositories = new RepositoryChecks(_calls, registry, subject);
        checks.Add(subject.Side == Side.Target
            ? await repositories.SettingsAsync(repository, cancellationToken)
            : await repositories.ArchiveAsync(repository, cancellationToken));
    }

    // The check before CreateRepository is DescribeRepositories of the same repository: allowed and found means that it exists.
    private static IEnumerable<ActionProbe> ProbesOf(AwsRegistry registry, DiagnosisSubject subject) => subject.Side == Side.Source
        ? ActionProbe.Source.Concat(subject.IsSettingsModel ? ActionProbe.SettingsModel : [])
        : ActionProbe.Target.Concat(registry.Options.CreateRepositories is { ByTemplate: false } ? ActionProbe.Creator : []);

    private async Task<Check> MountingAsync(AwsRegistry registry, DiagnosisSubject subject, CancellationToken cancellationToken)
    {
        const string Name = "blob mounting";
        try
        {
            return await new MountLookup(_calls).IsEnabledAsync(registry, cancellationToken) switch
            {
                true => new Check(Name, subject.Side, subject.Host, CheckStatus.Ok, "enabled: layers that repositories share are uploaded once"),
                false => new Check(Name, subject.Side, subject.Host, CheckStatus.Warn, "disabled: layers that repositories share are uploaded for each of them")
                {
                    Remedy = "aws ecr put-account-setting --name BLOB_MOUNTING --value ENABLED",
                },
                null => new Check(Name, subject.Side, subject.Host, CheckStatus.Skipped, "the account's setting cannot be read; it is found out by trying"),
            };
        }
        catch (RegistryException e)
        {
            return new Check(Name, subject.Side, subject.Host, CheckStatus.Skipped, e.Message);
        }
    }
}
