using Promoter.Aws.Ecr.Model;

namespace Promoter.Aws.Provisioning;

/// <summary>The settings of one repository as ECR has them.</summary>
internal sealed record RepositorySettings(Repository Repository, string? LifecyclePolicy, string? RepositoryPolicy, IReadOnlyDictionary<string, string> Tags)
{
    /// <summary>Reads them; null where the repository does not exist.</summary>
    /// <exception cref="Registries.RegistryException">A permission is missing, or ECR failed.</exception>
    public static async Task<RepositorySettings?> ReadAsync(AwsRegistry registry, string repository, bool withRepositoryPolicy, CancellationToken cancellationToken)
    {
        if (await FindAsync(registry, repository, cancellationToken) is not { } found) return null;
        var lifecycle = await EcrCalls.CallAsync(
            registry, EcrActions.GetLifecyclePolicy, repository, client => LifecyclePolicyAsync(client, registry, repository, cancellationToken), cancellationToken);
        var policy = withRepositoryPolicy
            ? await EcrCalls.CallAsync(
                registry, EcrActions.GetRepositoryPolicy, repository, client => RepositoryPolicyAsync(client, registry, repository, cancellationToken), cancellationToken)
            : null;
        var arn = found.RepositoryArn ?? registry.Host.RepositoryArn(repository);
        var tags = await EcrCalls.CallAsync(
            registry,
            EcrActions.ListTagsForResource,
            repository,
            client => client.ListTagsForResourceAsync(new ListTagsForResourceRequest { ResourceArn = arn }, cancellationToken),
            cancellationToken);
        return new RepositorySettings(found, lifecycle, policy, tags.Tags.ToDictionary(tag => tag.Key ?? "", tag => tag.Value ?? "", StringComparer.Ordinal));
    }

    public static Task<Repository?> FindAsync(AwsRegistry registry, string repository, CancellationToken cancellationToken) =>
        EcrCalls.CallAsync(registry, EcrActions.DescribeRepositories, repository, client => FindAsync(client, registry, repository, cancellationToken), cancellationToken);

    internal static async Task<Repository?> FindAsync(Ecr.AmazonECRClient client, AwsRegistry registry, string repository, CancellationToken cancellationToken)
    {
        try
        {
            var response = await client.DescribeRepositoriesAsync(
                new DescribeRepositoriesRequest { RegistryId = registry.RegistryId, RepositoryNames = [repository] }, cancellationToken);
            return response.Repositories.FirstOrDefault();
        }
        catch (RepositoryNotFoundException)
        {
            return null;
        }
    }

    private static async Task<string?> LifecyclePolicyAsync(Ecr.AmazonECRClient client, AwsRegistry registry, string repository, CancellationToken cancellationToken)
    {
        try
        {
            var request = new GetLifecyclePolicyRequest { RegistryId = registry.RegistryId, RepositoryName = repository };
            return (await client.GetLifecyclePolicyAsync(request, cancellationToken)).LifecyclePolicyText;
        }
        catch (LifecyclePolicyNotFoundException)
        {
            return null;
        }
    }

    private static async Task<string?> RepositoryPolicyAsync(Ecr.AmazonECRClient client, AwsRegistry registry, string repository, CancellationToken cancellationToken)
    {
        try
        {
            var request = new GetRepositoryPolicyRequest { RegistryId = registry.RegistryId, RepositoryName = repository };
            return (await client.GetRepositoryPolicyAsync(request, cancellationToken)).PolicyText;
        }
        catch (RepositoryPolicyNotFoundException)
        {
            return null;
        }
    }
}
