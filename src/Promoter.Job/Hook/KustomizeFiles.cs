using Promoter.Promotion;
using Promoter.Yaml;
using static Promoter.Job.Hook.YamlTree;

namespace Promoter.Job.Hook;

/// <summary>The files that let an overlay promote its images: a component with the Job, and a transformer for images that no <c>images:</c> entry sets.</summary>
internal static class KustomizeFiles
{
    public const string Component = "promote";
    public const string Transformer = "promote-images.yaml";

    private static readonly string[] KustomizationNames = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

    /// <exception cref="PromotionException">The directory has no kustomization file.</exception>
    public static string KustomizationOf(string directory) => KustomizationNames.Select(n => Path.Combine(directory, n)).FirstOrDefault(File.Exists)
        ?? throw new PromotionException(ExitCode.Usage, $"{directory} has no {KustomizationNames[0]}: name the directory of an overlay");

    /// <summary>Each file's path below the overlay, and its text.</summary>
    public static IReadOnlyDictionary<string, string> Of(HookSettings settings, IReadOnlyList<KustomizeImage> images)
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [$"{Component}/kustomization.yaml"] = BlockYaml.Write(Map(
                ("apiVersion", Text("kustomize.config.k8s.io/v1alpha1")),
                ("kind", Text("Component")),
                ("resources", List(Text("job.yaml"))),
                ("configurations", List(Text("fieldspecs.yaml"))))),
            [$"{Component}/fieldspecs.yaml"] = "# Lets `images:` rewrite the names that the Job carries.\n" + BlockYaml.Write(Map(("images", List(Map(
                ("group", Text("batch")), ("kind", Text("Job")), ("path", Text("spec/template/spec/containers[]/env[]/value"))))))),
            [$"{Component}/job.yaml"] = BlockYaml.Write(HookImages.ToEnvironment(HookJob.Build(settings, settings.Namespace, []), [.. images.Select(i => i.Value)])),
        };
        if (images.Any(i => i.Replacement is not null))
        {
            files[Transformer] = "# Copies images into the hook Job after the patches of this overlay.\n" + BlockYaml.Write(Map(
                ("apiVersion", Text("builtin")),
                ("kind", Text("ReplacementTransformer")),
                ("metadata", Map(("name", Text("promote-images")))),
                ("replacements", List(images.Select(i => i.Replacement).OfType<YamlMapping>()))));
        }

        return files;
    }

    /// <summary>The kustomization with the component and, where there is one, the transformer listed; what else stands there stays as it was.</summary>
    public static string Include(string text, YamlMapping kustomization, bool hasTransformer)
    {
        var lines = new TextLines(text);
        // From the bottom to the top, so that positions stay true.
        IEnumerable<(string Key, string Item)> wanted = hasTransformer ? [("components", Component), ("transformers", Transformer)] : [("components", Component)];
        foreach (var (key, item) in wanted.OrderByDescending(w => kustomization[w.Key]?.Position.Line ?? int.MaxValue)) Add(lines, kustomization, key, item);
        return lines.ToString();
    }

    private static void Add(TextLines lines, YamlMapping kustomization, string key, string item)
    {
        var items = kustomization.ItemsOf(key);
        if (items.Any(i => i is YamlScalar scalar && scalar.Text.TrimEnd('/') == item)) return;
        if (kustomization[key] is null)
        {
            lines.Replace(lines.EndOfContent(), BlockYaml.Write(Map((key, List(Text(item))))));
            return;
        }

        HookUpdate.WriteEntry(lines, kustomization.Entries.First(e => e.Name == key), List(items.Append(Text(item))));
    }
}
