using Microsoft.Extensions.Logging.Abstractions;
using Promoter.Copying;
using Promoter.Oci;
using Promoter.Registries;
using Promoter.Registries.Authentication;

namespace Promoter.Release;

/// <summary>Pushes with the promoter's own registry client: blobs, manifests by digest, the tag last.</summary>
internal sealed class ReleasePush : IDisposable
{
    private readonly RegistryClientOptions _options = new();
    private readonly RegistryClients _registries;

    public ReleasePush()
    {
        List<IRegistryCredentials> sources = [];
        if (DockerConfigLocation.Find(Environment.GetEnvironmentVariable) is { } path) sources.Add(new DockerConfigCredentials(path));
        _registries = new RegistryClients(
            new CredentialChain(sources, NullLogger<CredentialChain>.Instance), [], _options, [], TimeProvider.System, NullLoggerFactory.Instance);
    }

    public async Task PushAsync(ReleaseContent release, ImageReference target, CancellationToken cancellationToken)
    {
        var repository = _registries.Repository(target.Registry, target.Repository, Side.Target);
        foreach (var blob in release.Content.Blobs)
        {
            if (await repository.HasBlobAsync(blob.Digest, cancellationToken)) continue;
            await using var reader = new BlobReader(release.Content, blob, _options, TimeProvider.System, NullLogger.Instance);
            await repository.PushBlobAsync(blob, reader, mountFrom: null, cancellationToken);
        }

        var unlisted = new List<Manifest>();
        foreach (var manifest in release.Content.Manifests)
        {
            var pushed = await repository.PushManifestAsync(ManifestReference.Of(manifest.Digest), manifest, cancellationToken);
            if (manifest.Subject is not null && !pushed.SubjectIsListed) unlisted.Add(manifest);
        }

        await FallbackIndex.AddAsync(repository, unlisted, cancellationToken);
        var index = release.Content.Manifests.Single(m => m.Digest == release.Index);
        await repository.PushManifestAsync(ManifestReference.Of(target.Tag ?? ImageReference.DefaultTag), index, cancellationToken);
    }

    public void Dispose() => _registries.Dispose();
}
