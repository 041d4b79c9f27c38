using Promoter.Aws.Ecr.Model;
using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Aws.Lookups;

/// <summary>Asks for a hundred layers at once by BatchCheckLayerAvailability.</summary>
internal sealed class LayerLookup(EcrCalls calls)
{
    /// <summary>The layers that can be used as they are; an archived one cannot. Null where the permission is missing.</summary>
    public async Task<IReadOnlySet<Digest>?> FindAsync(
        AwsRegistry registry, string repository, IReadOnlyCollection<Digest> blobs, CancellationToken cancellationToken)
    {
        try
        {
            var responses = await Task.WhenAll(blobs.Select(blob => blob.ToString()).Distinct(StringComparer.Ordinal)
                .Chunk(BatchCheckLayerAvailabilityRequest.MaxLayerDigests)
                .Select(chunk => calls.TryAsync(
                    registry,
                    EcrActions.BatchCheckLayerAvailability,
                    repository,
                    client => client.BatchCheckLayerAvailabilityAsync(
                        new BatchCheckLayerAvailabilityRequest { RegistryId = registry.RegistryId, RepositoryName = repository, LayerDigests = chunk }, cancellationToken),
                    cancellationToken)));
            if (responses.Any(response => response is null)) return null;
            return responses.SelectMany(response => response!.Layers)
                .Where(layer => layer.LayerAvailability == Layer.Available)
                .Select(layer => Digest.TryParse(layer.LayerDigest, out var digest) ? digest : (Digest?)null)
                .OfType<Digest>()
                .ToHashSet();
        }
        catch (RegistryException e) when (e.Codes.Contains(nameof(RepositoryNotFoundException), StringComparer.Ordinal))
        {
            return new HashSet<Digest>();
        }
    }
}
