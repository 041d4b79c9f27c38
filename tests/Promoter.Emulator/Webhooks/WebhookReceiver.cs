using System.Collections.Concurrent;
using Promoter.Emulator.Hosting;

namespace Promoter.Emulator.Webhooks;

/// <summary>One delivery as a webhook saw it.</summary>
public sealed record Delivery(string Path, string ContentType, string Authorization, string Body);

/// <summary>A webhook on loopback that keeps what it was sent and answers as a test scripts it.</summary>
public sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly ConcurrentQueue<Delivery> _deliveries = new();
    private readonly ConcurrentQueue<int> _answers = new();
    private LoopbackHost _host = null!;
    private Listener _listener = null!;

    private WebhookReceiver()
    {
    }

    public IReadOnlyList<Delivery> Deliveries => [.. _deliveries];

    /// <summary>What is answered when the scripted answers are used up; null: nothing, ever.</summary>
    public int? Answer { get; set; } = 200;

    /// <summary>The Retry-After header of answers that are no success; null: none.</summary>
    public int? RetryAfter { get; set; }

    public Uri Url(string path) => new($"http://127.0.0.1:{_listener.Port}{path}");

    public static async Task<WebhookReceiver> StartAsync()
    {
        var receiver = new WebhookReceiver();
        receiver._listener = new Listener("webhook", receiver.ReceiveAsync);
        receiver._host = await LoopbackHost.StartAsync(receiver._listener);
        return receiver;
    }

    /// <summary>The next answers, one delivery each.</summary>
    public void AnswerWith(params IEnumerable<int> statuses)
    {
        foreach (var status in statuses) _answers.Enqueue(status);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private async Task ReceiveAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var request = context.Request;
        _deliveries.Enqueue(new Delivery(request.Path, request.ContentType ?? "", request.Headers.Authorization.ToString(), await reader.ReadToEndAsync(context.RequestAborted)));
        var status = _answers.TryDequeue(out var scripted) ? scripted : Answer;
        if (status is null) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _host.Stopping).Token);
        context.Response.StatusCode = status!.Value;
        if (status is < 200 or >= 300 && RetryAfter is { } seconds) context.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (status is >= 300 and < 400) context.Response.Headers.Location = "/elsewhere";
    }
}
