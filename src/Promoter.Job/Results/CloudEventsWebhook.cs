using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Promoter.Promotion;

namespace Promoter.Job.Results;

/// <summary>A CloudEvent (1.0, structured mode of the HTTP binding) with the JSON report as its data.</summary>
internal sealed class CloudEventsWebhook(Uri url, string? token, WebhookSender sender, PodIdentity pod) : IResultReceiver
{
    public const string Succeeded = "dev.promoter.promotion.succeeded";
    public const string Failed = "dev.promoter.promotion.failed";

    /// <summary>Intermediaries have to forward events of up to 64 KiB (CloudEvents 1.0, "Size Limits").</summary>
    private const int MaxData = 60 * 1024;

    // One event, however often it is delivered: receivers recognise a repeated delivery by source and id.
    private readonly string _id = Guid.NewGuid().ToString();

    public string Name => $"CloudEvents at {WebhookSender.Hidden(url)}";

    public bool Wants(RunResult result) => sender.IsOccasion(result);

    public Task ReceiveAsync(RunResult result, CancellationToken cancellationToken)
    {
        var body = Encoding.UTF8.GetBytes(Compose(result).ToJsonString());
        return sender.SendAsync(
            url, () => new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/cloudevents+json", "utf-8") } }, token, cancellationToken);
    }

    public void Dispose() => sender.Dispose();

    private JsonObject Compose(RunResult result) => new()
    {
        ["specversion"] = "1.0",
        ["id"] = _id,
        ["source"] = pod.Path,
        ["type"] = result.ExitCode == ExitCode.Done ? Succeeded : Failed,
        ["time"] = result.Finished.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture),
        ["datacontenttype"] = "application/json",
        ["data"] = JsonNode.Parse(result.Json(MaxData)),
    };
}
