namespace Promoter.Admission.Hosting;

/// <summary>What the kubelet asks.</summary>
internal static class ProbeEndpoints
{
    public static void MapProbes(this IEndpointRouteBuilder endpoints) => endpoints.MapGet("/healthz", () => "ok");
}
