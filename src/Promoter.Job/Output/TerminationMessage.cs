using System.Text;
using Promoter.Promotion;

namespace Promoter.Job.Output;

/// <summary>
/// The summary that Kubernetes keeps with a finished container: what <c>kubectl describe</c> and a Pod hook in Argo CD show. At most 4096 bytes are kept
/// (Kubernetes, "Determine the Reason for Pod Failure"), so failures come first.
/// </summary>
internal static class TerminationMessage
{
    public const string DefaultPath = "/dev/termination-log";
    private const int MaxBytes = 4096;

    public static string Compose(PromotionReport report)
    {
        var text = new StringBuilder(TextReport.Summary(report)).Append('\n');
        foreach (var image in report.Images.OrderBy(i => i.Failure is null))
        {
            text.Append(JsonText.Camel(image.Outcome)).Append(' ').Append(image.Request.Target.WithDigest(null)).Append(image.Failure is { } failure ? ": " + failure.Message : "").Append('\n');
        }

        return Clip(text.ToString());
    }

    /// <summary>Writes the message where the container runtime takes it from; outside a pod there is no such file, and nothing is written.</summary>
    public static void Write(string message, string path)
    {
        try
        {
            if (File.Exists(path)) File.WriteAllText(path, Clip(message));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The exit code and the log say the same; a read-only file must not turn success into failure.
        }
    }

    private static string Clip(string text)
    {
        if (Encoding.UTF8.GetByteCount(text) <= MaxBytes) return text;
        var length = text.Length;
        while (Encoding.UTF8.GetByteCount(text.AsSpan(0, length)) > MaxBytes - 4) length -= Math.Max(1, (length - (MaxBytes / 2)) / 8);
        return text[..length] + "…";
    }
}
