using Microsoft.Extensions.Logging.Abstractions;
using Promoter.Aws.Lookups;
using Promoter.Aws.Provisioning;
using Promoter.Oci;
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
        var checks = new List<Check> { await new ClockCheck(registry, subject, time).RunAsync(cancellationToken), await identity.WhoAmIAsync(cancellationToken) };
        if (checks[^1].Status == CheckStatus.Fail) return checks;
        checks.Add(await identity.TokenAsync(cancellationToken));

        // An API that does not answer would be said once per action, each after its retries.
        if (checks[^1] is { Status: CheckStatus.Fail, Fault: RegistryFault.Unreachable }) return checks;
        foreach (var repository in subject.Repositories) await AddRepositoryAsync(checks, registry, subject, repository, cancellationToken);
        foreach (var example in subject.Examples) await AddActionsAsync(checks, registry, subject, example, cancellationToken);
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

    /// <summary>What ECR knows of an image that is at the target already: replicas and scan findings.</summary>
    public async Task<IReadOnlyList<Check>> DescribeImageAsync(string host, string repository, Digest digest, CancellationToken cancellationToken) =>
        registries.TryFind(host, out var registry) && !registry.Host.IsPublic
            ? await new ImageStatusChecks(_calls, registry, new DiagnosisSubject(host, Side.Target, [repository])).RunAsync(repository, digest.ToString(), cancellationToken)
            : [];

    /// <summary>Corrects the settings of all repositories of a target; what cannot be corrected is in the checks and never thrown.</summary>
    public async Task<IReadOnlyList<Check>> RepairAsync(DiagnosisSubject subject, CancellationToken cancellationToken)
    {
        var checks = new List<Check>();
        foreach (var repository in subject.Repositories)
        {
            var name = $"repair of {repository}";
            try
            {
                var drift = await RepairSettingsAsync(subject.Host, repository, cancellationToken);
                checks.AddRange(drift.Where(item => item.CanChange).Select(item => new Check(name, subject.Side, subject.Host, CheckStatus.Ok, $"{item.Setting} was {item.Actual}, is now {item.Wanted}")));
            }
            catch (RegistryException e)
            {
                checks.Add(new Check(name, subject.Side, subject.Host, CheckStatus.Fail, e.Message) { Fault = e.Fault, Remedy = "the repairing identity needs policies/iam/repository-repairer.json" });
            }
        }

        return checks;
    }

    private async Task AddRepositoryAsync(List<Check> checks, AwsRegistry registry, DiagnosisSubject subject, string repository, CancellationToken cancellationToken)
    {
        var repositories = new RepositoryChecks(_calls, registry, subject);
        var isMissing = await AddActionsAsync(checks, registry, subject, repository, cancellationToken);
        if (subject.Side == Side.Source)
        {
            checks.Add(isMissing ? repositories.MissingAtSource(repository) : await repositories.ArchiveAsync(repository, cancellationToken));
            return;
        }

        var settings = await repositories.SettingsAsync(repository, cancellationToken);
        checks.Add(settings.Check);
        var actions = new ActionChecks(registry, subject, repository);
        foreach (var probe in settings.Drift.Where(item => item.CanChange).Select(item => CreationProbes.ToRepair(item.Setting, item.Actual == "true")).OfType<ActionProbe>().Distinct())
            checks.Add(await actions.RunAsync(probe, isRequired: false, cancellationToken));
    }

    /// <summary>Asks for every action that the side takes.</summary>
    /// <returns>Whether the repository is known not to exist.</returns>
    private async Task<bool> AddActionsAsync(List<Check> checks, AwsRegistry registry, DiagnosisSubject subject, string repository, CancellationToken cancellationToken)
    {
        var creation = subject.Side == Side.Target && registry.Options.CreateRepositories is { ByTemplate: false } options ? options : null;
        var actions = new ActionChecks(registry, subject, repository);
        foreach (var probe in subject.Side == Side.Target ? ActionProbe.Target : ActionProbe.Source.Concat(subject.IsSettingsModel ? ActionProbe.SettingsModel : []))
        {
            if (probe.MayCreate && actions.IsMissing && await MayTemplateCreateAsync(registry, repository, cancellationToken))
                checks.Add(actions.NotTried(probe, "the repository does not exist, and trying could create it from a template"));
            else
                checks.Add(await actions.RunAsync(probe, probe.IsRequired, cancellationToken));
        }

        if (creation is null) return actions.IsMissing;
        foreach (var probe in ActionProbe.Creator) checks.Add(await actions.RunAsync(probe, probe.IsRequired, cancellationToken));

        // What exists need not be created: then these permissions are for other repositories of the rule.
        var isMissing = actions.IsMissing;
        foreach (var (probe, isRequired) in CreationProbes.ToCreate(creation)) checks.Add(await actions.RunAsync(probe, isRequired && isMissing, cancellationToken));
        return isMissing;
    }

    private async Task<bool> MayTemplateCreateAsync(AwsRegistry registry, string repository, CancellationToken cancellationToken)
    {
        try
        {
            return await new CreationTemplates(_calls).MatchAsync(registry, repository, cancellationToken) is not false;
        }
        catch (RegistryException)
        {
            // As long as nobody knows, nothing is risked.
            return true;
        }
    }

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
