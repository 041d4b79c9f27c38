using System.Runtime.CompilerServices;
using OpenTelemetry;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Promoter.Admission.Hosting;

namespace Promoter.Admission.Telemetry;

/// <summary>
/// Sends spans to an OpenTelemetry collector. Where to, how and with which headers stands in the variables that the OpenTelemetry specification names;
/// without an endpoint among them not even the library is loaded.
/// </summary>
internal sealed class TraceExport(Cluster? cluster) : IHostedService, IDisposable
{
    private const string ServiceName = "promoter-admission";
    private static readonly string[] Endpoints = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];
    private IDisposable? _provider;

    /// <summary>Whether the environment asks for traces.</summary>
    public static bool IsWanted(Func<string, string?> environment) =>
        !string.Equals(environment("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase) && Endpoints.Any(name => !string.IsNullOrWhiteSpace(environment(name)));

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _provider = Build(cluster?.Identity);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        // Sends what is left; the SDK bounds how long that may take.
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose() => Interlocked.Exchange(ref _provider, null)?.Dispose();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TracerProvider Build(string? instance) => Sdk.CreateTracerProviderBuilder()
        .ConfigureResource(resource => resource.AddService(ServiceName, serviceVersion: typeof(TraceExport).Assembly.GetName().Version?.ToString(3), serviceInstanceId: instance))
        .AddSource("Promoter.*")
        .AddOtlpExporter()
        .Build();
}
