using Promoter.Promotion;
using Promoter.Yaml;

namespace Promoter.Job.Hook;

/// <summary>Manifests in, the same manifests with the hook Job out.</summary>
internal static class HookFilter
{
    /// <summary>The text with the Job that promotes these images: appended, or brought up to date where it stands. Every other line stays as it was.</summary>
    /// <param name="selection">What to promote; at least one image.</param>
    /// <exception cref="PromotionException">The text cannot take the Job.</exception>
    public static string Apply(HookInput input, HookSettings settings, HookSelection selection)
    {
        var existing = HookJobs.Existing(input.Objects, settings);
        var ns = settings.Namespace ?? existing?.Id.Namespace ?? selection.Namespace;
        var lines = new TextLines(input.Text);
        if (existing is null)
        {
            Append(lines, HookJob.Build(settings, ns, selection.Images));
            return lines.ToString();
        }

        var updated = HookJobs.Updated(existing.Manifest, settings, ns, selection.Images);
        if (ReferenceEquals(updated, existing.Manifest)) return input.Text;
        if (lines.IsFlow(existing.Manifest.Position))
        {
            throw new PromotionException(ExitCode.Usage, $"{input.Name}:{existing.Manifest.Position}: the hook Job is written in JSON, which this command does not rewrite: remove it, and it is added as a document of its own");
        }

        HookUpdate.Write(lines, existing.Manifest, updated, isItem: existing.List is not null);
        return lines.ToString();
    }

    private static void Append(TextLines lines, YamlMapping job)
    {
        var marker = lines.IsBlank ? "" : "---\n";
        lines.Replace(new LineSpan(lines.Count, lines.Count), marker + BlockYaml.Write(job));
    }
}
