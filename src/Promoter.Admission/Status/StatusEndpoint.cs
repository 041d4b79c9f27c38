using System.Globalization;
using Promoter.Admission.Gates;
using Promoter.Admission.Health;
using Promoter.Admission.Hosting;
using Promoter.Admission.OnDemand;
using Promoter.Admission.Presence;
using Promoter.Admission.Replicas;
using Promoter.Admission.Telemetry;
using Promoter.Admission.Tls;
using Promoter.Kubernetes;

namespace Promoter.Admission.Status;

/// <summary><c>GET /status</c>: JSON, or a page for browsers.</summary>
internal static class StatusEndpoint
{
    private const int MostPods = 100;

    public static void MapStatus(this IEndpointRouteBuilder endpoints) => endpoints.MapGet("/status", (HttpContext http) =>
    {
        var status = Read(http.RequestServices);
        StatusPage.Protect(http.Response.Headers);
        return http.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal)
            ? Results.Text(StatusPage.Render(status), "text/html; charset=utf-8")
            : Results.Json(status, StatusJson.Default.StatusDocument);
    });

    private static StatusDocument Read(IServiceProvider services)
    {
        var cluster = services.GetService<Cluster>();
        var replica = cluster?.Identity ?? "this process";
        var own = services.GetRequiredService<OnDemandPromotions>().InFlight.Select(run => Of(run, replica));
        var others = services.GetService<LeaseBoard>()?.All.Where(seen => IsCopyOfAnother(seen, replica)).Select(Of) ?? [];
        var gated = services.GetService<GateController>()?.Waiting ?? [];
        return new StatusDocument(
            replica,
            services.GetRequiredService<Readiness>().IsReady,
            services.GetService<Leadership>()?.IsLeader ?? false,
            services.GetRequiredService<IGateGuard>().Problem,
            services.GetRequiredService<ServerCertificate>().Current?.NotAfter.ToUniversalTime(),
            services.GetRequiredService<PresenceCache>().Count,
            [.. own.Concat(others).OrderBy(copy => copy.Since)],
            [.. gated.Take(MostPods).Select(pod => new GateStatus($"{pod.Facts.Namespace}/{pod.Facts.Name}", pod.Since, pod.Until, pod.Told))],
            services.GetRequiredService<DecisionLog>().Recent);
    }

    private static bool IsCopyOfAnother(SeenLease seen, string replica) =>
        seen.Lease.Object.Label(LeaseMarks.Kind) is LeaseMarks.Promotion && seen.Lease.Holder != replica;

    private static CopyStatus Of(PromotionRun run, string replica) => new(
        run.Image.Target.ToString(),
        run.Phase,
        run.BytesMoved,
        run.MissingBytes,
        run.Requester,
        run.Started,
        replica);

    private static CopyStatus Of(SeenLease seen) => new(
        seen.Lease.Annotation(LeaseMarks.Target) ?? "",
        seen.Lease.Holder.Length == 0 ? "handed over" : seen.Lease.Annotation(LeaseMarks.Phase) ?? "",
        long.TryParse(seen.Lease.Annotation(LeaseMarks.BytesMoved), CultureInfo.InvariantCulture, out var moved) ? moved : 0,
        null,
        seen.Lease.Annotation(LeaseMarks.Requester) ?? "",
        seen.Lease.Object.Time("spec", "acquireTime") ?? seen.ChangedAt,
        seen.Lease.Holder);
}
