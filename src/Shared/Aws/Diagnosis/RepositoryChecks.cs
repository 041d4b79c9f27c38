using Promoter.Aws.Ecr.Model;
using Promoter.Aws.Provisioning;
using Promoter.Registries;

namespace Promoter.Aws.Diagnosis;

/// <summary>Whether repositories exist, are as the configuration wants them, and hold images that cannot be pulled.</summary>
internal sealed class RepositoryChecks(EcrCalls calls, AwsRegistry registry, DiagnosisSubject subject)
{
    /// <summary>Compares a target repository with the configuration; the drift is empty where there is none or it cannot be known.</summary>
    public async Task<(Check Check, IReadOnlyList<RepositoryDrift> Drift)> SettingsAsync(string repository, CancellationToken cancellationToken)
    {
        var name = $"settings of {repository}";
        try
        {
            if (EcrRepositoryName.Problem(repository) is { } problem) return (Of(name, CheckStatus.Fail, problem) with { Fault = RegistryFault.NotFound }, []);
            var creation = registry.Options.CreateRepositories;
            if (creation is null or { ByTemplate: true }) return (await ExistenceAsync(name, repository, creation, cancellationToken), []);
            if (await RepositorySettings.ReadAsync(registry, repository, withRepositoryPolicy: creation.RepositoryPolicy is not null, cancellationToken) is not { } settings)
                return (Of(name, CheckStatus.Ok, "the repository does not exist yet; it will be created"), []);
            var drift = RepositoryDrift.Between(settings, creation);
            return (drift.Count == 0 ? Of(name, CheckStatus.Ok, "as configured") : Drifted(name, drift), drift);
        }
        catch (RegistryException e)
        {
            // Reading settings is for the doctor alone: a promotion does without.
            return (Of(name, e.Fault == RegistryFault.Denied ? CheckStatus.Skipped : CheckStatus.Fail, e.Message) with { Fault = e.Fault }, []);
        }
    }

    public Check MissingAtSource(string repository) =>
        Of($"repository {repository}", CheckStatus.Fail, $"the repository does not exist in {registry.Description}: nothing can be promoted from it") with
        {
            Fault = RegistryFault.NotFound,
            Remedy = "correct the rule's source or the image's name, or push the image there",
        };

    public async Task<Check> ArchiveAsync(string repository, CancellationToken cancellationToken)
    {
        var name = $"archived images in {repository}";
        var request = new DescribeImagesRequest
        {
            RegistryId = registry.RegistryId,
            RepositoryName = repository,
            Filter = new DescribeImagesFilter { ImageStatus = ImageDetail.Archived },
            MaxResults = 1,
        };
        try
        {
            var response = await calls.TryAsync(registry, EcrActions.DescribeImages, repository, client => client.DescribeImagesAsync(request, cancellationToken), cancellationToken);
            if (response is null) return Of(name, CheckStatus.Skipped, $"{EcrActions.DescribeImages} is not allowed");
            return response.ImageDetails.Any(detail => detail.ImageStatus is ImageDetail.Archived or ImageDetail.Activating)
                ? Of(name, CheckStatus.Warn, "the repository has archived images, which cannot be pulled") with { Remedy = "restore those that are still promoted (aws ecr update-image-storage-class)" }
                : Of(name, CheckStatus.Ok, "none");
        }
        catch (RegistryException e)
        {
            return Of(name, CheckStatus.Skipped, e.Message);
        }
    }

    private Check Drifted(string name, IReadOnlyList<RepositoryDrift> drift) =>
        Of(name, CheckStatus.Warn, string.Join("; ", drift.Select(item => $"{item.Setting} is {item.Actual}, configured is {item.Wanted}{(item.CanChange ? "" : " (fixed when the repository was created)")}"))) with
        {
            Remedy = drift.Any(item => item.CanChange) ? "run promoter doctor --repair, or change the configuration" : "create the repository anew, or change the configuration",
        };

    private async Task<Check> ExistenceAsync(string name, string repository, RepositoryCreationOptions? creation, CancellationToken cancellationToken)
    {
        if (await RepositorySettings.FindAsync(registry, repository, cancellationToken) is not null) return Of(name, CheckStatus.Ok, "the repository exists");
        if (creation is null) return Of(name, CheckStatus.Fail, "the repository does not exist, and nothing creates it") with { Fault = RegistryFault.NotFound, Remedy = "create it, or configure createRepositories" };
        return await new CreationTemplates(calls).MatchAsync(registry, repository, cancellationToken) switch
        {
            true => Of(name, CheckStatus.Ok, "the repository does not exist yet; a creation template covers its name"),
            false => Of(name, CheckStatus.Fail, "the repository does not exist, and no creation template for CREATE_ON_PUSH covers its name") with { Fault = RegistryFault.NotFound, Remedy = "add a template for its prefix" },
            null => Of(name, CheckStatus.Skipped, $"the repository does not exist, and the templates may not be read ({EcrActions.DescribeRepositoryCreationTemplates})"),
        };
    }

    private Check Of(string name, CheckStatus status, string detail) => new(name, subject.Side, subject.Host, status, detail);
}
