using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;

namespace Promoter.Registries;

/// <summary>What requests to registries tell about themselves: a span each, and how often a registry asked to slow down.</summary>
internal static class RegistryTelemetry
{
    public const string Name = "Promoter.Registries";

    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> Throttles =
        Meter.CreateCounter<long>("promoter.registry.throttles", "{answer}", "Answers by which a registry or ECR's API asked to slow down, by registry, operation and status; retried ones included");

    /// <summary>The span of one request on the wire; null where nobody traces.</summary>
    /// <param name="uri">Where it goes, redirects included. Only the host is told: paths name images, queries of presigned addresses are secrets.</param>
    public static Activity? Start(RegistryRequest request, Uri uri)
    {
        if (!Source.HasListeners()) return null;
        var span = Source.StartActivity(request.Operation, ActivityKind.Client);
        span?.SetTag("http.request.method", request.Method.Method).SetTag("server.address", uri.Host).SetTag("promoter.registry.action", request.Action.ToString());
        if (request.Subject.Length > 0) span?.SetTag("promoter.registry.subject", request.Subject);
        return span;
    }

    public static void Answered(this Activity? span, HttpStatusCode status)
    {
        if (span is null) return;
        span.SetTag("http.response.status_code", (int)status);
        // 404 is an answer of ours to many questions; the rest of 4xx and 5xx is none.
        if ((int)status >= 400 && status is not HttpStatusCode.NotFound) span.SetStatus(ActivityStatusCode.Error);
    }

    /// <param name="operation">The kind of request, in the terms of the API that throttled it.</param>
    public static void Throttled(string host, string operation, HttpStatusCode status) => Throttles.Add(
        1, new("registry", host), new("operation", operation), new("status", ((int)status).ToString(CultureInfo.InvariantCulture)));
}
