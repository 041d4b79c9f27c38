using System.Text.RegularExpressions;
using Promoter.Discovery;
using Promoter.Promotion;
using Promoter.Yaml;
using static Promoter.Job.Hook.YamlTree;

namespace Promoter.Job.Hook;

/// <summary>How one image of an overlay gets into the hook Job.</summary>
/// <param name="Value">The first value of its variable: the name that <c>images:</c> rewrites, or the reference that the replacement overwrites.</param>
/// <param name="Replacement">What copies it from the workload; null where <c>images:</c> does it.</param>
internal sealed record KustomizeImage(string Value, YamlMapping? Replacement);

/// <summary>Decides, image by image, between the two ways in which Kustomize can bring it into the hook Job.</summary>
internal static partial class KustomizePlan
{
    /// <param name="kustomization">The overlay's kustomization file.</param>
    /// <param name="built">What the overlay builds to.</param>
    /// <param name="covered">One place for each image that the rules cover.</param>
    /// <exception cref="PromotionException">An image stands where no field path leads to.</exception>
    public static IReadOnlyList<KustomizeImage> Of(YamlMapping kustomization, IReadOnlyList<ManifestEntry> built, IReadOnlyList<ImageFinding> covered, string jobName)
    {
        var names = kustomization.ItemsOf("images").OfType<YamlMapping>()
            .Where(e => e.TextOf("name") is not null)
            .DistinctBy(e => e.TextOf("newName") ?? e.TextOf("name"))
            .ToDictionary(e => (e.TextOf("newName") ?? e.TextOf("name"))!, e => e.TextOf("name")!, StringComparer.Ordinal);
        return [.. covered.Select((finding, i) => names.TryGetValue(NameOf(finding.Text), out var name)
            ? new KustomizeImage(name, null)
            : new KustomizeImage(finding.Text, Replacement(finding, built, jobName, i)))];
    }

    private static string NameOf(string reference)
    {
        var withoutDigest = reference.Split('@')[0];
        var colon = withoutDigest.LastIndexOf(':');
        return colon > withoutDigest.LastIndexOf('/') ? withoutDigest[..colon] : withoutDigest;
    }

    private static YamlMapping Replacement(ImageFinding finding, IReadOnlyList<ManifestEntry> built, string jobName, int index) => Map(
        ("source", Map(("kind", Text(finding.Location.Kind)), ("name", Text(finding.Location.Name)), ("fieldPath", Text(FieldPathOf(finding, built))))),
        ("targets", List(Map(
            ("select", Map(("kind", Text("Job")), ("name", Text(jobName)))),
            ("fieldPaths", List(Text($"spec.template.spec.containers.[name={PromotionHook.ContainerName}].env.[name={HookImages.Variable}{index}].value")))))));

    /// <summary>Kustomize's path to the field: items of lists by their name where they have one, so that another order does not change the source.</summary>
    private static string FieldPathOf(ImageFinding finding, IReadOnlyList<ManifestEntry> built)
    {
        var path = finding.Location.JsonPath;
        var id = ManifestId.Of(finding.Location);
        YamlNode? node = built.FirstOrDefault(o => o.Id == id)?.Manifest;
        var parts = new List<string>();
        foreach (Match step in Step().Matches(path))
        {
            if (step.Groups["index"].Value is { Length: > 0 } index)
            {
                node = (node as YamlSequence)?.Items.ElementAtOrDefault(int.Parse(index, System.Globalization.CultureInfo.InvariantCulture));
                parts.Add((node as YamlMapping)?.TextOf("name") is { } name ? $"[name={name}]" : index);
                continue;
            }

            var key = step.Groups["key"].Value;
            node = (node as YamlMapping)?[key];
            parts.Add(key.Replace(".", "\\.", StringComparison.Ordinal));
        }

        return node is YamlScalar && !path.Contains('|', StringComparison.Ordinal)
            ? string.Join('.', parts)
            : throw new PromotionException(ExitCode.Usage, $"{finding.Location}: Kustomize cannot copy an image from inside a text: set it by images:, or use promoter hook");
    }

    [GeneratedRegex(@"\.(?<key>[A-Za-z0-9_-]+)|\[(?<index>\d+)\]|\['(?<key>[^']*)'\]", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Step();
}
