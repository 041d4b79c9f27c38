using Promoter.Oci;
using Promoter.Promotion;
using Promoter.Registries;
using Promoter.Registries.Layouts;

namespace Promoter.Job.Commands;

/// <summary>Finds out which image of an OCI layout is meant: the one that is named, or the only one.</summary>
internal static class LayoutSource
{
    private const int MostNames = 20;

    /// <exception cref="PromotionException">The layout does not hold the image, or holds several and none is named.</exception>
    /// <exception cref="RegistryException">There is no layout, or it is broken.</exception>
    public static async Task<ImageReference> ResolveAsync(ImageReference source, RegistryClients registries, CancellationToken cancellationToken)
    {
        if (source.Digest is not null) return source;
        var images = await registries.ListLayoutAsync(source, cancellationToken);
        if (source.Tag is { } tag)
        {
            return images.Any(i => i.Tag == tag) ? source : throw new PromotionException(ExitCode.MissingAtSource, $"the OCI layout {source.Name} has no tag {tag}; it has {Names(images)}");
        }

        // An image that lost its tag to another stays in the layout; what has a name comes first.
        var candidates = images.Where(i => i.Tag is not null).DistinctBy(i => i.Digest).ToList();
        if (candidates.Count == 0) candidates = [.. images.DistinctBy(i => i.Digest)];
        return candidates switch
        {
            [{ Tag: { } only }] => source.WithTag(only),
            [var nameless] => source.WithDigest(nameless.Digest),
            [] => throw new PromotionException(ExitCode.MissingAtSource, $"the OCI layout {source.Name} holds no image"),
            _ => throw new PromotionException(ExitCode.Usage, $"the OCI layout {source.Name} holds {candidates.Count} images: say which one ({Names(images)})"),
        };
    }

    private static string Names(IReadOnlyList<LayoutImage> images)
    {
        var names = images.Select(i => i.Tag is { } tag ? $":{tag}" : $"@{i.Digest}").ToList();
        return names.Count switch
        {
            0 => "nothing",
            > MostNames => $"{string.Join(", ", names.Take(MostNames))} and {names.Count - MostNames} more",
            _ => string.Join(", ", names),
        };
    }
}
