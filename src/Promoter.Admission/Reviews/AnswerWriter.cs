using System.Buffers;
using System.Text.Json;

namespace Promoter.Admission.Reviews;

/// <summary>Writes the AdmissionReview that answers a request: same version, same uid, patch and patchType both or neither (admissionreview.go).</summary>
internal static class AnswerWriter
{
    private const int LongestWarning = 256;
    private const int MostWarnings = 3;

    public static void Write(IBufferWriter<byte> output, string uid, AdmissionAnswer answer)
    {
        using var writer = new Utf8JsonWriter(output);
        writer.WriteStartObject();
        writer.WriteString("apiVersion", AdmissionReview.ApiVersion);
        writer.WriteString("kind", AdmissionReview.Kind);
        writer.WriteStartObject("response");
        writer.WriteString("uid", uid);
        writer.WriteBoolean("allowed", answer.Refusal is null);
        if (answer.Refusal is { } refusal) WriteStatus(writer, refusal);
        else WritePatch(writer, answer.Patch);
        WriteWarnings(writer, answer.Warnings);
        WriteAudit(writer, answer.AuditAnnotations);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteStatus(Utf8JsonWriter writer, string refusal)
    {
        writer.WriteStartObject("status");
        writer.WriteString("status", "Failure");
        writer.WriteNumber("code", StatusCodes.Status403Forbidden);
        writer.WriteString("reason", "Forbidden");
        // No retryAfterSeconds: client-go would retry in silence and keep one of a controller's few workers busy.
        writer.WriteString("message", refusal);
        writer.WriteEndObject();
    }

    private static void WritePatch(Utf8JsonWriter writer, JsonPatch patch)
    {
        if (patch.IsEmpty) return;
        writer.WriteString("patchType", "JSONPatch");
        writer.WriteBase64String("patch", patch.ToUtf8());
    }

    private static void WriteWarnings(Utf8JsonWriter writer, IReadOnlyList<string> warnings)
    {
        if (warnings.Count == 0) return;
        writer.WriteStartArray("warnings");
        foreach (var warning in warnings.Take(MostWarnings)) writer.WriteStringValue(warning.Length > LongestWarning ? warning[..(LongestWarning - 1)] + "…" : warning);
        writer.WriteEndArray();
    }

    private static void WriteAudit(Utf8JsonWriter writer, IReadOnlyDictionary<string, string> annotations)
    {
        if (annotations.Count == 0) return;
        writer.WriteStartObject("auditAnnotations");
        foreach (var (key, value) in annotations) writer.WriteString(key, value);
        writer.WriteEndObject();
    }
}
