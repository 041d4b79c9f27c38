using Promoter.Copying;

namespace Promoter.Job.Output;

/// <summary>How progress names an image: by its target.</summary>
internal static class ImageName
{
    public static string Of(ImageCopy image) =>
        $"{image.Target.Host}/{image.Target.Name}{(image.Tags.Count > 0 ? ":" + image.Tags[0] : "@" + image.Closure.Root.Digest)}";
}
