using Promoter.Discovery;
using Promoter.Promotion;

namespace Promoter.Job.Hook;

/// <summary>Which of the images that manifests name the hook Job has to promote.</summary>
/// <param name="Images">Target references without doubles, in the order of the manifests.</param>
/// <param name="Namespace">The one namespace of the workloads that need them; null where they are in several or name none.</param>
/// <param name="ExitCode">Why there may be no Job: a malformed reference, one that a rule refuses, one that two rules cover.</param>
internal sealed record HookSelection(IReadOnlyList<string> Images, string? Namespace, IReadOnlyList<HookMessage> Messages, ExitCode ExitCode)
{
    /// <param name="isHook">Whether an object is a hook Job, whose own image is not for it to promote.</param>
    public static HookSelection Of(DiscoveryResult found, PromotionRules rules, Func<ManifestId, bool> isHook)
    {
        var images = new List<string>();
        var namespaces = new HashSet<string?>(StringComparer.Ordinal);
        List<HookMessage> messages =
        [
            .. found.Skipped.Where(s => !isHook(ManifestId.Of(s.Location))).Select(s => new HookMessage(Severity.Warning, $"not promoted: {s.Reason}", ManifestId.Of(s.Location), s.Location.JsonPath, s.Text)),
            .. found.Problems.Select(p => new HookMessage(Severity.Error, p.Message, ManifestId.Of(p.Location), p.Location.JsonPath)),
        ];
        var codes = found.Problems.Select(_ => ExitCode.Usage).ToList();
        foreach (var finding in found.Findings)
        {
            var id = ManifestId.Of(finding.Location);
            if (isHook(id)) continue;
            switch (rules.Match(finding.Reference))
            {
                case RuleMatch.Covered covered:
                    images.Add(covered.Target.ToString());
                    namespaces.Add(id.Namespace);
                    break;
                case RuleMatch.Refused refused:
                    messages.Add(new HookMessage(Severity.Error, refused.Reason, id, finding.Location.JsonPath, finding.Text));
                    codes.Add(ExitCode.Refused);
                    break;
                case RuleMatch.Ambiguous ambiguous:
                    messages.Add(new HookMessage(Severity.Error, ambiguous.Reason, id, finding.Location.JsonPath, finding.Text));
                    codes.Add(ExitCode.Usage);
                    break;
                case RuleMatch.Skipped skipped:
                    messages.Add(new HookMessage(Severity.Info, $"not promoted: {skipped.Reason}", id, finding.Location.JsonPath, finding.Text));
                    break;
            }
        }

        var code = codes.Contains(ExitCode.Usage) ? ExitCode.Usage : codes.FirstOrDefault(ExitCode.Done);
        return new HookSelection([.. images.Distinct(StringComparer.Ordinal)], namespaces.Count == 1 ? namespaces.Single() : null, messages, code);
    }
}
