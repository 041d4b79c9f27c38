namespace Promoter.Admission.Health;

/// <summary>What the kubelet asks.</summary>
internal static class ProbeEndpoints
{
    public static void MapProbes(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/healthz", () => "ok");
        endpoints.MapGet("/startupz", (Readiness readiness) => Answer(readiness.IsStarted ? null : "starting"));
        endpoints.MapGet("/readyz", (Readiness readiness) => Answer(readiness.Obstacle));
    }

    private static IResult Answer(string? obstacle) => Results.Text(obstacle ?? "ok", statusCode: obstacle is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
}
