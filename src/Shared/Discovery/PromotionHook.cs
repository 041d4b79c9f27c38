using Promoter.Yaml;

namespace Promoter.Discovery;

/// <summary>
/// The Job that promotes images before a sync, whoever wrote it: it is known by its shape, since overlays rewrite names and labels. Its own image has to be there
/// before it can run, so promoting that image is not for it to do.
/// </summary>
public static class PromotionHook
{
    /// <summary>Name of the container that promotes.</summary>
    public const string ContainerName = "promote";

    /// <summary>Whether the object is such a Job.</summary>
    public static bool Is(YamlMapping manifest) =>
        manifest.TextOf("kind") == "Job" && manifest.TextOf("apiVersion")?.StartsWith("batch/", StringComparison.Ordinal) == true
        && Container(manifest) is { } container && container.ItemsOf("args") is [YamlScalar { Text: "promote" }, ..];

    /// <summary>The container that promotes; null where the object has none.</summary>
    public static YamlMapping? Container(YamlMapping job) => job.MapOf("spec")?.MapOf("template")?.MapOf("spec")?.ItemsOf("containers").OfType<YamlMapping>()
        .FirstOrDefault(c => c.TextOf("name") == ContainerName);
}
