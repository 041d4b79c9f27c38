using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Promoter.Promotion;

namespace Promoter.Job.Results;

/// <summary>A message to an incoming webhook of Slack, or of anything that takes its format.</summary>
internal sealed class SlackWebhook(Uri url, WebhookSender sender, PodIdentity pod) : IResultReceiver
{
    /// <summary>Beyond it Slack cuts a message into several.</summary>
    private const int MaxLength = 3900;

    public string Name => $"Slack at {WebhookSender.Hidden(url)}";

    public bool Wants(RunResult result) => sender.IsOccasion(result);

    public Task ReceiveAsync(RunResult result, CancellationToken cancellationToken) => sender.SendAsync(url, () => Content(Text(result)), null, cancellationToken);

    public void Dispose() => sender.Dispose();

    private static ByteArrayContent Content(string text) => new(Encoding.UTF8.GetBytes(new JsonObject { ["text"] = text }.ToJsonString()))
    {
        Headers = { ContentType = new MediaTypeHeaderValue("application/json", "utf-8") },
    };

    private string Text(RunResult result)
    {
        var mark = result.ExitCode == ExitCode.Done ? ":white_check_mark:" : ":x:";
        var job = pod.JobName is null ? "promoter" : $"{pod.Namespace}/{pod.JobName}";
        var text = new StringBuilder($"{mark} *{Escape(job)}*: {Escape(result.Summary)}");
        foreach (var failure in result.Failures.Where(f => !result.Summary.EndsWith(f, StringComparison.Ordinal))) text.Append("\n• ").Append(Escape(failure));
        return text.Length <= MaxLength ? text.ToString() : text.ToString(0, MaxLength) + "…";
    }

    // The three characters that Slack's markup gives a meaning to (Slack, "Formatting text for app surfaces").
    private static string Escape(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);
}
