using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Promoter.Admission.Tests.Support;

/// <summary>One span as a collector sees it.</summary>
internal sealed record ReceivedSpan(string TraceId, string SpanId, string ParentId, string Name, int Kind, IReadOnlyDictionary<string, string> Attributes, bool IsError);

/// <summary>A collector on loopback that takes OTLP's protobuf form over HTTP, and reads of it what tests ask about.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<ReceivedSpan> _spans = new();

    private OtlpReceiver(WebApplication app)
    {
        _app = app;
        app.Run(ReceiveAsync);
    }

    public string Url => _app.Urls.First();

    public IReadOnlyList<ReceivedSpan> Spans => [.. _spans];

    /// <summary><c>service.name</c> and the like, of whoever sent last.</summary>
    public IReadOnlyDictionary<string, string> Resource { get; private set; } = new Dictionary<string, string>();

    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var receiver = new OtlpReceiver(builder.Build());
        await receiver._app.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task ReceiveAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        if (http.Request.Path == "/v1/traces" && http.Request.ContentType == "application/x-protobuf") Read(body.ToArray());
        else http.Response.StatusCode = StatusCodes.Status404NotFound;
    }

    // opentelemetry/proto/trace/v1/trace.proto: TracesData.resource_spans = 1, ResourceSpans.{resource = 1, scope_spans = 2}, ScopeSpans.spans = 2.
    private void Read(byte[] request)
    {
        foreach (var resourceSpans in Fields(request).Where(field => field.Number == 1))
        {
            var fields = Fields(resourceSpans.Bytes).ToList();
            Resource = Attributes(Fields(fields.First(field => field.Number == 1).Bytes).Where(field => field.Number == 1));
            foreach (var span in fields.Where(field => field.Number == 2).SelectMany(scope => Fields(scope.Bytes)).Where(field => field.Number == 2)) _spans.Enqueue(ReadSpan(span.Bytes));
        }
    }

    private static ReceivedSpan ReadSpan(byte[] span)
    {
        var fields = Fields(span).ToList();
        byte[] One(int number) => fields.FirstOrDefault(field => field.Number == number).Bytes ?? [];
        var status = Fields(One(15)).FirstOrDefault(field => field.Number == 3).Value;
        return new ReceivedSpan(
            Convert.ToHexStringLower(One(1)),
            Convert.ToHexStringLower(One(2)),
            Convert.ToHexStringLower(One(4)),
            Encoding.UTF8.GetString(One(5)),
            (int)fields.FirstOrDefault(field => field.Number == 6).Value,
            Attributes(fields.Where(field => field.Number == 9)),
            status == 2);
    }

    private static Dictionary<string, string> Attributes(IEnumerable<Field> attributes) => attributes.Select(attribute => Fields(attribute.Bytes).ToList()).ToDictionary(
        pair => Encoding.UTF8.GetString(pair.First(field => field.Number == 1).Bytes),
        pair => Fields(pair.First(field => field.Number == 2).Bytes).Select(value => value.Bytes is { } text ? Encoding.UTF8.GetString(text) : value.Value.ToString()).FirstOrDefault() ?? "",
        StringComparer.Ordinal);

    private static IEnumerable<Field> Fields(byte[] message)
    {
        var at = 0;
        while (at < message.Length)
        {
            var key = Varint(message, ref at);
            var number = (int)(key >> 3);
            switch (key & 7)
            {
                case 0:
                    yield return new Field(number, null!, Varint(message, ref at));
                    break;
                case 1:
                    at += 8;
                    break;
                case 5:
                    at += 4;
                    break;
                case 2:
                    var length = (int)Varint(message, ref at);
                    yield return new Field(number, message[at..(at + length)], 0);
                    at += length;
                    break;
                default:
                    throw new FormatException($"wire type {key & 7} is not known");
            }
        }
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = message[at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }
    }

    private readonly record struct Field(int Number, byte[] Bytes, ulong Value);
}
