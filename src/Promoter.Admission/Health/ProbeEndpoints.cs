namespace Promoter.Admission.Health;

/// <summary>What the kubelet asks.</summary>
internal static class ProbeEndpoints
{
    public static void MapProbes(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/healthz", () => "ok");
        endpoints.MapGet("/startupz", (Readiness readiness) => Answer(readiness.IsStarted, "starting"));
        endpoints.MapGet("/readyz", (Readiness readiness) => Answer(readiness.IsReady, readiness.IsDraining ? "draining" : "starting"));
    }

    private static IResult Answer(bool good, string otherwise) => good ? Results.Text("ok") : Results.Text(otherwise, statusCode: StatusCodes.Status503ServiceUnavailable);
}
