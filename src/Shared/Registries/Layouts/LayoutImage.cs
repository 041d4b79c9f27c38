using Promoter.Oci;

namespace Promoter.Registries.Layouts;

/// <summary>An image that a layout holds.</summary>
/// <param name="Tag">Its name; null where it has none, or one that is no tag.</param>
public sealed record LayoutImage(Tag? Tag, Digest Digest)
{
    /// <summary>The entries that are images of their own: not parts of others, and no cosign or referrers tags.</summary>
    internal static IReadOnlyList<LayoutImage> Of(IReadOnlyList<Descriptor> entries, IReadOnlySet<Digest> parts) =>
        [.. entries.Select(Of).Where(i => i.Tag is { } tag ? !IsAttached(tag) : !parts.Contains(i.Digest))];

    private static LayoutImage Of(Descriptor entry)
    {
        var name = LayoutIndex.NameOf(entry);
        if (name?.Contains('/') == true) name = name[(name.LastIndexOf(':') + 1)..];
        return new LayoutImage(Oci.Tag.TryParse(name, out var tag) ? tag : null, entry.Digest);
    }

    private static bool IsAttached(Tag tag) =>
        DigestAlgorithm.Find(tag.ToString().Split('-')[0]) is { } algorithm && tag.ToString().Length >= algorithm.Name.Length + 1 + Math.Min(64, algorithm.HexLength);
}
