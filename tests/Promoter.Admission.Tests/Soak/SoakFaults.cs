using Promoter.Emulator;
using Promoter.Emulator.Faults;
using Promoter.Emulator.Recording;
using Promoter.FakeApiServer;

namespace Promoter.Admission.Tests.Soak;

/// <summary>What goes wrong, one thing after the other, at the source, at the target and at the API server.</summary>
internal static class SoakFaults
{
    private static readonly IReadOnlyList<Action<SoakCluster>> All =
    [
        At(c => c.Source, Effect.Reset(BodyPosition.Percent(50)), EmulatedAction.GetBlob),
        At(c => c.Target, Effect.Status(503), EmulatedAction.StartUpload),
        c => c.Server.CutConnections(),
        At(c => c.Source, Effect.Truncate(BodyPosition.Percent(50)), EmulatedAction.GetBlob),
        At(c => c.Target, Effect.Reset(BodyPosition.Percent(50)), EmulatedAction.FinishUpload),
        c => c.Server.Fail(new ApiFault((method, path) => method == "PATCH" && path.Contains("/pods/", StringComparison.Ordinal), 409, Times: 2)),
        At(c => c.Source, Effect.Status(429, "TOOMANYREQUESTS", "slow down"), EmulatedAction.GetManifest),
        At(c => c.Target, Effect.AnswerLost, EmulatedAction.PutTag),
        c => c.Server.ForgetHistory(),
        At(c => c.Source, Effect.WrongBytes(BodyPosition.Percent(50)), EmulatedAction.GetBlob),
        At(c => c.Target, Effect.Status(500), EmulatedAction.HeadManifest),
        c => c.Server.Fail(new ApiFault((_, path) => path.Contains("/leases", StringComparison.Ordinal), 500, Times: 3)),
        At(c => c.Source, Effect.Html(502), EmulatedAction.GetManifest),
        At(c => c.Target, Effect.Status(429, "TOOMANYREQUESTS", "slow down"), EmulatedAction.FinishUpload),
        c => c.Server.Fail(new ApiFault((_, path) => !path.EndsWith("/pods", StringComparison.Ordinal), Status: null, Times: 3)),
        c => c.Server.Fail(new ApiFault((_, path) => path.Contains("/events", StringComparison.Ordinal), 429, Times: 3)),
    ];

    public static void Plant(SoakCluster cluster, int number) => All[number % All.Count](cluster);

    public static void Clear(SoakCluster cluster)
    {
        cluster.Source.Faults.Clear();
        cluster.Target.Faults.Clear();
        cluster.Server.Heal();
    }

    private static Action<SoakCluster> At(Func<SoakCluster, EmulatedRegistry> registry, Effect effect, EmulatedAction action) =>
        cluster => registry(cluster).Faults.Inject(effect, action, times: 2);
}
