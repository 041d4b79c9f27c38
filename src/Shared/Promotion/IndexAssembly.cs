using System.Text.Json;
using Promoter.Copying;
using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Promotion;

/// <summary>One manifest of an index that is to be made, and the image that it comes from.</summary>
public sealed record IndexEntry(Descriptor Manifest, ImageReference Source);

/// <summary>
/// Joins images of one platform each (<c>web:1.4.2-amd64</c>, <c>web:1.4.2-arm64</c>) to one index, without a daemon and without a layer passing through.
/// An image that is an index already gives all its manifests.
/// </summary>
public sealed class IndexAssembly(RegistryClients registries)
{
    // Configs are a few kilobytes; the limit is that of manifests.
    private const int MaxConfigBytes = ManifestReader.MaxBytes;

    /// <summary>Reads what the sources hold.</summary>
    /// <exception cref="RegistryException">A source is missing or cannot be read.</exception>
    /// <exception cref="PromotionException">A source is no image, or two have the same platform.</exception>
    public async Task<IReadOnlyList<IndexEntry>> ReadAsync(IReadOnlyList<ImageReference> sources, CancellationToken cancellationToken)
    {
        var entries = new List<IndexEntry>();
        foreach (var found in await Task.WhenAll(sources.Select(source => ReadAsync(source, cancellationToken)))) entries.AddRange(found);
        var same = entries.Where(e => e.Manifest.Platform is { IsUnknown: false }).GroupBy(e => e.Manifest.Platform).FirstOrDefault(g => g.Count() > 1);
        if (same is not null)
        {
            throw new PromotionException(ExitCode.Usage, $"{string.Join(" and ", same.Select(e => e.Source).Distinct())} are both for {same.Key}: an index lists each platform once");
        }

        return [.. entries.DistinctBy(e => e.Manifest.Digest)];
    }

    /// <summary>What has to be copied before the index can be pushed: every manifest that comes from another repository, by digest.</summary>
    public static IReadOnlyList<PromotionRequest> Copies(IReadOnlyList<IndexEntry> entries, ImageReference target) =>
    [
        .. entries.Where(e => e.Source.Name != target.Name).Select(e => new PromotionRequest(
            target.WithTag(null).WithDigest(e.Manifest.Digest), e.Source.WithTag(null).WithDigest(e.Manifest.Digest))),
    ];

    /// <summary>Lets the target's tag point to the index.</summary>
    /// <returns>False where it did already.</returns>
    /// <exception cref="RegistryException">The tag points elsewhere and may not move, or the target failed.</exception>
    public async Task<bool> CommitAsync(Manifest index, ImageReference target, bool mayMove, CancellationToken cancellationToken)
    {
        var tag = target.Tag ?? ImageReference.DefaultTag;
        var repository = registries.Repository(target.Registry, target.Repository, Side.Target);
        var current = (await repository.HeadManifestAsync(ManifestReference.Of(tag), cancellationToken))?.Digest;
        if (current == index.Digest) return false;
        if (current is not null && !mayMove) throw TagCommitter.Conflict(repository, tag, current, index.Digest, null);
        await repository.PushManifestAsync(ManifestReference.Of(index.Digest), index, cancellationToken);
        await repository.PushManifestAsync(ManifestReference.Of(tag), index, cancellationToken);
        return true;
    }

    private async Task<IReadOnlyList<IndexEntry>> ReadAsync(ImageReference source, CancellationToken cancellationToken)
    {
        var repository = registries.Repository(source.Registry, source.Repository, Side.Source);
        var manifest = await repository.FetchManifestAsync(source.Manifest, cancellationToken) ?? throw Missing(source);
        if (manifest.IsIndex) return [.. manifest.Manifests.Select(m => new IndexEntry(m, source))];
        var platform = await PlatformAsync(repository, manifest, source, cancellationToken);
        return [new IndexEntry(new Descriptor(manifest.MediaType, manifest.Digest, manifest.Size) { Platform = platform }, source)];
    }

    private static async Task<Platform> PlatformAsync(IRepository repository, Manifest manifest, ImageReference source, CancellationToken cancellationToken)
    {
        if (manifest.Config is not { } config || manifest.ArtifactType is not null) throw NoImage(source, $"it is a {manifest.EffectiveArtifactType ?? "manifest without a config"}");
        if (config.Size > MaxConfigBytes) throw NoImage(source, $"its config has {config.Size} bytes");
        var bytes = config.EmbeddedContent ?? await BytesAsync(repository, config, cancellationToken);
        try
        {
            using var document = JsonDocument.Parse(bytes);
            var (os, architecture) = (Text(document, "os"), Text(document, "architecture"));
            return os is not null && architecture is not null
                ? new Platform(architecture, os, Text(document, "variant"), Text(document, "os.version"))
                : throw NoImage(source, "its config names no platform");
        }
        catch (JsonException e)
        {
            throw NoImage(source, $"its config is not JSON: {e.Message}");
        }
    }

    private static async Task<ReadOnlyMemory<byte>> BytesAsync(IRepository repository, Descriptor config, CancellationToken cancellationToken)
    {
        await using var stream = await repository.OpenBlobAsync(config, 0, cancellationToken);
        var bytes = new byte[config.Size];
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        return Digest.Of(bytes) == config.Digest
            ? bytes
            : throw new PromotionException(ExitCode.Unexpected, $"{repository.Host}/{repository.Name} served other bytes than config {config.Digest}, namely {Digest.Of(bytes)}");
    }

    private static string? Text(JsonDocument document, string name) =>
        document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    private static PromotionException NoImage(ImageReference source, string why) =>
        new(ExitCode.Usage, $"{source} cannot be part of an index of platforms: {why}");

    private static PromotionException Missing(ImageReference source) =>
        new(ExitCode.MissingAtSource, $"the image {source} is not there: build and push it before the index");
}
