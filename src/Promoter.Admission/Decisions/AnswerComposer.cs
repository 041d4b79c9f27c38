using System.Globalization;
using System.Text.Json;
using Promoter.Admission.Configuration;
using Promoter.Admission.Pods;
using Promoter.Admission.Reviews;

namespace Promoter.Admission.Decisions;

/// <summary>Turns decisions about references into the answer about a pod.</summary>
internal static class AnswerComposer
{
    /// <summary>The audit log has no limit of its own for a value; those who read it do.</summary>
    private const int LongestAudit = 1000;

    public static AdmissionAnswer Compose(
        IReadOnlyList<PodImage> images, IReadOnlyList<ImageDecision> decisions, PodFacts pod, AdmissionRequest request, AdmissionConfig config, DateTimeOffset now)
    {
        if (decisions.Any(decision => decision.Kind is DecisionKind.Denied))
        {
            var reasons = decisions.Where(decision => decision.Kind is DecisionKind.Denied).Select(decision => decision.Reason);
            return new AdmissionAnswer { Refusal = string.Join("; ", reasons), AuditAnnotations = Audit(decisions) };
        }

        return new AdmissionAnswer { Patch = Patch(images, decisions, pod, request, config, now), Warnings = Warnings(decisions), AuditAnnotations = Audit(decisions) };
    }

    /// <summary>What would have been done, said and not done.</summary>
    public static AdmissionAnswer Observe(IReadOnlyList<ImageDecision> decisions) => new()
    {
        AuditAnnotations = Audit(decisions),
        Warnings = [.. Warnings(decisions).Select(warning => $"(observing) {warning}")],
    };

    private static JsonPatch Patch(
        IReadOnlyList<PodImage> images, IReadOnlyList<ImageDecision> decisions, PodFacts pod, AdmissionRequest request, AdmissionConfig config, DateTimeOffset now)
    {
        var isGated = decisions.Any(decision => decision.Kind is DecisionKind.Gated);
        if (!isGated && decisions.All(decision => decision.Replacement is null)) return JsonPatch.Empty;

        var replaced = Replaced(images, decisions);
        var patch = replaced.Aggregate(JsonPatch.Empty, (sum, change) => sum.Replace(change.Image.Pointer, change.Image.Text, change.Text));
        // The ephemeralcontainers strategy drops annotations, so none are sent there.
        return request.IsPodCreation ? patch.And(Marks(replaced, isGated, pod, config, now)) : patch;
    }

    private static List<(PodImage Image, string Text)> Replaced(IReadOnlyList<PodImage> images, IReadOnlyList<ImageDecision> decisions)
    {
        var replacements = decisions.ToDictionary(decision => decision.Text, decision => decision.Replacement, StringComparer.Ordinal);
        return [.. images.Where(image => replacements[image.Text] is not null).Select(image => (image, replacements[image.Text]!))];
    }

    private static JsonPatch Marks(IReadOnlyList<(PodImage Image, string Text)> replaced, bool isGated, PodFacts pod, AdmissionConfig config, DateTimeOffset now)
    {
        var annotations = new Dictionary<string, string>(StringComparer.Ordinal);
        if (OriginalImages.Record(replaced.Select(change => change.Image), pod.OriginalImages) is { } originals) annotations[PodMarks.OriginalImages] = originals;
        // An earlier round has set the deadline already: the pod does not get more time for being looked at twice.
        if (isGated && !pod.HasOurGate)
        {
            annotations[PodMarks.GatedUntil] = (now + config.Gate.Deadline).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        }

        var patch = Entries("/metadata/annotations", pod.HasAnnotations, annotations);
        if (!isGated) return patch;
        if (!pod.HasOurGate) patch = patch.And(Gate(pod));
        return patch.And(Entries("/metadata/labels", pod.HasLabels, new Dictionary<string, string>(StringComparer.Ordinal) { [PodMarks.GateLabel] = PodMarks.Pending }));
    }

    private static JsonPatch Gate(PodFacts pod)
    {
        if (pod.HasGates) return JsonPatch.Empty.Add("/spec/schedulingGates/-", WriteGate);
        return JsonPatch.Empty.Add("/spec/schedulingGates", writer =>
        {
            writer.WriteStartArray();
            WriteGate(writer);
            writer.WriteEndArray();
        });
    }

    private static void WriteGate(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("name", PodMarks.Gate);
        writer.WriteEndObject();
    }

    /// <summary>Entries of a map that others write to as well: one by one, and as a whole only where there is no map yet.</summary>
    private static JsonPatch Entries(string map, bool exists, Dictionary<string, string> entries)
    {
        if (entries.Count == 0) return JsonPatch.Empty;
        if (exists) return entries.Aggregate(JsonPatch.Empty, (patch, entry) => patch.Add($"{map}/{JsonPatch.Escape(entry.Key)}", entry.Value));
        return JsonPatch.Empty.Add(map, writer =>
        {
            writer.WriteStartObject();
            foreach (var (key, value) in entries) writer.WriteString(key, value);
            writer.WriteEndObject();
        });
    }

    private static IReadOnlyList<string> Warnings(IReadOnlyList<ImageDecision> decisions) =>
        [.. decisions.Where(decision => decision.Kind is not (DecisionKind.Untouched or DecisionKind.Denied) && decision.Reason.Length > 0).Select(decision => $"promoter: {decision.Reason}")];

    private static Dictionary<string, string> Audit(IReadOnlyList<ImageDecision> decisions)
    {
        var covered = decisions.Where(decision => decision.Kind is not DecisionKind.Untouched).ToList();
        var images = string.Join(' ', covered.Select(decision => $"{decision.Image?.Short ?? decision.Text}={decision.Kind.Name()}"));
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["decision"] = covered.Max(decision => decision.Kind).Name(),
            ["images"] = images.Length > LongestAudit ? images[..LongestAudit] : images,
        };
    }
}
