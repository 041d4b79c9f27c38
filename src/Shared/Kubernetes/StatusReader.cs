using System.Text.Json;
using System.Text.Json.Nodes;

namespace Promoter.Kubernetes;

/// <summary>Turns a refusal (a <c>v1.Status</c> document, or whatever a proxy in between answered) into an exception.</summary>
internal static class StatusReader
{
    private const int LongestBody = 64 * 1024;

    public static async Task<KubernetesException> ReadAsync(HttpMethod method, string path, HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var body = await ReadBodyAsync(answer, cancellationToken);
        var where = path.IndexOf('?', StringComparison.Ordinal) is >= 0 and var query ? path[..query] : path;
        try
        {
            if (JsonNode.Parse(body) is JsonObject status && status.Text("kind") is "Status") return Of($"{method} {where}", status, (int)answer.StatusCode);
        }
        catch (JsonException)
        {
            // Not from the API server: the text below is all there is.
        }

        return new KubernetesException($"{method} {where}: the API server answered {(int)answer.StatusCode} {answer.ReasonPhrase}.") { Status = answer.StatusCode };
    }

    /// <summary>The exception for a Status document; <paramref name="fallback"/> is the HTTP status where the document names none.</summary>
    public static KubernetesException Of(string what, JsonNode? status, int fallback)
    {
        var code = (int)(status.Number("code") ?? fallback);
        return new KubernetesException($"{what}: {status.Text("message") ?? $"the API server answered {code}"}")
        {
            Status = (System.Net.HttpStatusCode)code,
            Reason = status.Text("reason") ?? "",
        };
    }

    private static async Task<byte[]> ReadBodyAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        await using var stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
        var body = new byte[LongestBody];
        var length = await stream.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancellationToken);
        return body[..length];
    }
}
