using System.Net;

namespace Promoter.Admission.Hosting;

/// <summary>What the command line says about this process; what the webhook decides is in the configuration file.</summary>
internal sealed record ServeOptions
{
    /// <summary>Where the API server calls.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>Where probes, metrics and status are served.</summary>
    public required IPEndPoint MetricsListen { get; init; }
}
