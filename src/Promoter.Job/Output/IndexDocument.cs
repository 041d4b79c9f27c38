using Promoter.Oci;
using Promoter.Promotion;

namespace Promoter.Job.Output;

/// <summary>The JSON of <c>index create --output json</c>.</summary>
internal sealed record IndexDocument(string Kind, string Target, string Outcome, string Digest, string MediaType, IReadOnlyList<IndexManifestDocument> Manifests)
{
    public IndexDocument(ImageReference target, string outcome, Manifest index, IReadOnlyList<IndexEntry> entries)
        : this("ImageIndex", target.ToString(), outcome, index.Digest.ToString(), index.MediaType, [.. entries.Select(IndexManifestDocument.Of)])
    {
    }
}

internal sealed record IndexManifestDocument(string Platform, string Digest, string Source)
{
    public static IndexManifestDocument Of(IndexEntry entry) => new(entry.Manifest.Platform?.ToString() ?? "", entry.Manifest.Digest.ToString(), entry.Source.ToString());
}
