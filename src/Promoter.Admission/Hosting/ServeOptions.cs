using System.Net;

namespace Promoter.Admission.Hosting;

/// <summary>What the command line says about this process; what the webhook decides is in the configuration file.</summary>
internal sealed record ServeOptions
{
    public required string ConfigFile { get; init; }

    /// <summary>Where the API server calls.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>Where probes, metrics and status are served.</summary>
    public required IPEndPoint MetricsListen { get; init; }

    /// <summary>The webhook's certificate; null: plain HTTP, on loopback only.</summary>
    public TlsOptions? Tls { get; init; }

    /// <summary>How long to go on serving after the signal to end, so that no caller meets a closed port.</summary>
    public TimeSpan ShutdownDelay { get; init; } = TimeSpan.FromSeconds(15);
}
