using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Promoter.Aws.Ecr.Model;
using Promoter.Registries;

namespace Promoter.Aws.Provisioning;

/// <summary>
/// Makes missing target repositories, with the settings of the rule or of the source repository. It looks before it creates: a principal that
/// may push but not create must be able to promote into repositories that exist.
/// </summary>
internal sealed class RepositoryProvisioner(EcrCalls calls, TimeProvider time, ILogger logger)
{
    // CreateRepository is eventually consistent: pushes answered NAME_UNKNOWN for some seconds after it (aws/aws-cli#2675).
    private static readonly TimeSpan SettlingTime = TimeSpan.FromSeconds(30);

    private readonly CreationTemplates _templates = new(calls);
    private readonly ConcurrentDictionary<(string Host, string Repository), DateTimeOffset?> _known = new();
    private readonly ConcurrentDictionary<(string Host, string Repository), RepositoryCreationOptions> _unfinished = new();

    /// <summary>Whether this process created the repository so recently that ECR may not see it everywhere yet.</summary>
    public bool IsSettling(string host, string repository) =>
        _known.TryGetValue((host, repository), out var createdAt) && createdAt is { } at && time.GetUtcNow() - at < SettlingTime;

    /// <returns>False where nothing is configured for the registry.</returns>
    public async Task<bool> EnsureAsync(
        AwsRegistry registry, string repository, AwsRegistry? source, string sourceRepository, CancellationToken cancellationToken)
    {
        if (registry.Options.CreateRepositories is not { } creation) return false;
        var key = (registry.Host.Name, repository);
        if (_unfinished.TryGetValue(key, out var unfinished))
        {
            // A process that lives on (the webhook) completes what its own creation left undone; of another's repository it writes nothing.
            await FinishAsync(registry, repository, unfinished, cancellationToken);
            return true;
        }

        if (_known.ContainsKey(key)) return true;
        if (EcrRepositoryName.Problem(repository) is { } problem) throw Fault(RegistryFault.NotFound, registry, repository, problem);
        if (await ExistsAsync(registry, repository, cancellationToken))
        {
            _known.TryAdd(key, null);
            return true;
        }

        if (creation.ByTemplate)
        {
            await RequireTemplateAsync(registry, repository, cancellationToken);
            return true;
        }

        var settings = creation.CopySourceSettings ? await CopyAsync(creation, source, sourceRepository, cancellationToken) : creation;
        var isOurs = await EcrCalls.CallAsync(registry, EcrActions.CreateRepository, repository, client => CreateAsync(client, registry, repository, settings, cancellationToken), cancellationToken);
        _known[key] = time.GetUtcNow();
        if (!isOurs) return true;

        _unfinished[key] = settings;
        await FinishAsync(registry, repository, settings, cancellationToken);
        return true;
    }

    private async Task<bool> ExistsAsync(AwsRegistry registry, string repository, CancellationToken cancellationToken)
    {
        // Without the permission to look, creating tells: "already exists" is success there.
        var found = await calls.TryAsync(
            registry,
            EcrActions.DescribeRepositories,
            repository,
            async client => new Existence(await RepositorySettings.FindAsync(client, registry, repository, cancellationToken) is not null),
            cancellationToken);
        return found is { Exists: true };
    }

    private async Task RequireTemplateAsync(AwsRegistry registry, string repository, CancellationToken cancellationToken)
    {
        // Where the templates may not be read, the push itself tells.
        if (await _templates.MatchAsync(registry, repository, cancellationToken) is not false) return;
        throw Fault(
            RegistryFault.NotFound,
            registry,
            repository,
            $"repository {repository} does not exist in {registry.Description}, and no creation template for CREATE_ON_PUSH covers its name: add a template for its prefix, or create the repository");
    }

    private static async Task<RepositoryCreationOptions> CopyAsync(
        RepositoryCreationOptions creation, AwsRegistry? source, string sourceRepository, CancellationToken cancellationToken)
    {
        // A source that is not ECR has no such settings; the rule's own remain.
        if (source is null) return creation;
        return await RepositorySettings.ReadAsync(source, sourceRepository, withRepositoryPolicy: false, cancellationToken) is { } model
            ? RepositoryModel.Complete(creation, model)
            : creation;
    }

    /// <summary>Writes what CreateRepository cannot take along.</summary>
    private async Task FinishAsync(AwsRegistry registry, string repository, RepositoryCreationOptions settings, CancellationToken cancellationToken)
    {
        try
        {
            await RepositoryWriter.PutPoliciesAsync(registry, repository, settings, cancellationToken);
            _unfinished.TryRemove((registry.Host.Name, repository), out _);
        }
        catch (RegistryException e)
        {
            // Another process finds a repository and promotes into it; what it lacks would go unnoticed.
            throw e.Retold($"repository {repository} was created in {registry.Description}, but not with all its policies: {e.Message}; then complete it by promoter doctor --repair", side: Side.Target);
        }
    }

    /// <returns>False where it exists already, so that its policies are somebody else's.</returns>
    private async Task<bool> CreateAsync(
        Ecr.AmazonECRClient client, AwsRegistry registry, string repository, RepositoryCreationOptions settings, CancellationToken cancellationToken)
    {
        try
        {
            await client.CreateRepositoryAsync(RepositoryWriter.CreateRequest(registry, repository, settings), cancellationToken);
            Log.RepositoryCreated(logger, repository, registry.Host.Name);
            return true;
        }
        catch (RepositoryAlreadyExistsException)
        {
            return false;
        }
    }

    private static RegistryException Fault(RegistryFault fault, AwsRegistry registry, string repository, string message) => new(fault, message)
    {
        Operation = "create repository",
        Side = Side.Target,
        Host = registry.Host.Name,
        Repository = repository,
    };

    private sealed record Existence(bool Exists);
}
