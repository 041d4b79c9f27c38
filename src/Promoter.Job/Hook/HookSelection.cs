using Promoter.Promotion;

namespace Promoter.Job.Hook;

/// <summary>Which of the images that manifests name the hook Job has to promote.</summary>
/// <param name="Images">Target references without doubles, in the order of the manifests.</param>
/// <param name="Namespace">The one namespace of the workloads that need them; null where they are in several or name none.</param>
/// <param name="ExitCode">Why there may be no Job: refused by policy, or covered by two rules.</param>
internal sealed record HookSelection(IReadOnlyList<string> Images, string? Namespace, IReadOnlyList<HookMessage> Messages, ExitCode ExitCode)
{
    public static HookSelection Of(IEnumerable<ManifestImage> found, PromotionRules rules)
    {
        var images = new List<string>();
        var namespaces = new HashSet<string?>(StringComparer.Ordinal);
        var messages = new List<HookMessage>();
        var codes = new List<ExitCode>();
        foreach (var image in found)
        {
            if (image.Reference is null)
            {
                messages.Add(new HookMessage(Severity.Warning, $"not promoted: {image.Problem}", image.Object, image.Path, image.Text));
                continue;
            }

            switch (rules.Match(image.Reference))
            {
                case RuleMatch.Covered covered:
                    images.Add(covered.Target.ToString());
                    namespaces.Add(image.Object.Namespace);
                    break;
                case RuleMatch.Refused refused:
                    messages.Add(new HookMessage(Severity.Error, refused.Reason, image.Object, image.Path, image.Text));
                    codes.Add(ExitCode.Refused);
                    break;
                case RuleMatch.Ambiguous ambiguous:
                    messages.Add(new HookMessage(Severity.Error, ambiguous.Reason, image.Object, image.Path, image.Text));
                    codes.Add(ExitCode.Usage);
                    break;
                case RuleMatch.Skipped skipped:
                    messages.Add(new HookMessage(Severity.Info, $"not promoted: {skipped.Reason}", image.Object, image.Path, image.Text));
                    break;
            }
        }

        return new HookSelection([.. images.Distinct(StringComparer.Ordinal)], namespaces.Count == 1 ? namespaces.Single() : null, messages, codes.Count == 0 ? ExitCode.Done : codes.Contains(ExitCode.Usage) ? ExitCode.Usage : codes[0]);
    }
}
