using Promoter.Admission.Gates;
using Promoter.Admission.Hosting;
using Promoter.Admission.OnDemand;
using Promoter.Admission.Prefetch;
using Promoter.Admission.Presence;
using Promoter.Admission.Replicas;
using Promoter.Admission.Tls;

namespace Promoter.Admission.Telemetry;

/// <summary>Values that are asked for when metrics are read.</summary>
internal static class Gauges
{
    public static void Register(IServiceProvider services)
    {
        var meters = services.GetRequiredService<AdmissionMeters>();
        var onDemand = services.GetRequiredService<OnDemandPromotions>();
        var presence = services.GetRequiredService<PresenceCache>();
        var certificate = services.GetRequiredService<ServerCertificate>();
        var time = services.GetRequiredService<TimeProvider>();
        meters.Observe("promoter.admission.promotions.inflight", "{promotion}", "Images on their way, those that wait for their turn included", () => onDemand.InFlight.Count());
        meters.Observe("promoter.admission.promotions.queued", "{promotion}", "Images that wait for their turn", () => onDemand.InFlight.Count(run => run.Phase is not "copying"));
        meters.Observe("promoter.admission.presence.remembered", "{image}", "References of which it is remembered whether the target has them", () => presence.Count);
        meters.Observe(
            "promoter.admission.certificate.expiration.timestamp", "s", "When the webhook's certificate ends, as Unix time",
            () => certificate.Current is { } current ? new DateTimeOffset(current.NotAfter).ToUnixTimeSeconds() : double.NaN);
        if (services.GetService<ConfigReload>() is { } reload) meters.Observe("promoter.admission.config.valid", null, "1 while the configuration file is the one in use", () => reload.IsValid ? 1 : 0);
        if (services.GetService<GateController>() is not { } gates) return;
        meters.Observe("promoter.admission.gate.pods", "{pod}", "Gated pods", () => gates.Waiting.Count);
        meters.Observe("promoter.admission.gate.oldest", "s", "How long the oldest gated pod has waited", () => gates.Waiting is [var oldest, ..] ? (time.GetUtcNow() - oldest.Since).TotalSeconds : 0);
        var leadership = services.GetRequiredService<Leadership>();
        meters.Observe("promoter.admission.leader", null, "1 in the replica that removes gates", () => leadership.IsLeader ? 1 : 0);
        if (services.GetService<WorkloadPrefetch>() is { } prefetch) meters.Observe("promoter.admission.prefetch.pending", "{image}", "Images of workloads that are not known to be at the target yet", () => prefetch.Pending);
    }
}
