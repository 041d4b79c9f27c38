using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Promoter.Admission.Hosting;
using Promoter.Admission.Replicas;
using Promoter.FakeApiServer;
using Promoter.Kubernetes;

namespace Promoter.Admission.Tests.Replicas;

/// <summary>Gates may be set while somebody will remove them: a change of leaders must not be a time without gates.</summary>
public sealed class LeadershipTests : IAsyncLifetime
{
    private const string Leases = "/apis/coordination.k8s.io/v1/namespaces/promoter/leases";
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(15);
    private readonly ManualTime _time = new();
    private readonly List<IAsyncDisposable> _replicas = [];
    private ApiServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await ApiServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in _replicas) await replica.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_dead_leader_is_replaced_when_its_lease_ends_and_gates_are_set_all_the_while()
    {
        _server.Seed(Leases, Lease(LeaseMarks.LeaderName, "dead"));
        _server.Seed(Leases, Lease("another", "somebody"));
        var candidate = await StartAsync("candidate");
        await Eventually.TrueAsync(() => candidate.Board.Find(LeaseMarks.LeaderName) is not null, "the Lease is not seen");

        _time.Advance(Duration - TimeSpan.FromSeconds(1));
        Assert.False(candidate.Leadership.IsLeader);
        Assert.True(candidate.Leadership.IsAnybodyLeading);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(candidate.Leadership.IsAnybodyLeading);

        await Eventually.TrueAsync(() => Nudged() && candidate.Leadership.IsLeader, "the candidate did not take over at the end of the Lease");
    }

    [Fact]
    public async Task Where_nobody_takes_over_gates_are_set_no_longer()
    {
        _server.Seed(Leases, Lease(LeaseMarks.LeaderName, "dead"));
        var candidate = await StartAsync("candidate");
        await Eventually.TrueAsync(() => candidate.Board.Find(LeaseMarks.LeaderName) is not null, "the Lease is not seen");
        _server.Fail(new ApiFault((method, _) => method is "PUT" or "POST", 500, Times: -1));

        _time.Advance(Duration + (Duration / 3));

        Assert.False(candidate.Leadership.IsAnybodyLeading);
    }

    [Fact]
    public async Task A_leader_that_stops_is_replaced_at_once()
    {
        var first = await StartAsync("first");
        await Eventually.TrueAsync(() => first.Leadership.IsLeader, "nobody leads");
        var second = await StartAsync("second");
        await Eventually.TrueAsync(() => second.Leadership.IsAnybodyLeading, "the leader is not seen");

        await first.Leadership.StopAsync(CancellationToken.None);

        // No time passes: the second sees it.
        await Eventually.TrueAsync(() => second.Leadership.IsLeader, "nobody took over");
        Assert.False(first.Leadership.IsLeader);
    }

    [Fact]
    public async Task A_leader_whose_renewals_fail_leads_no_longer_than_the_others_wait()
    {
        var leader = await StartAsync("leader");
        await Eventually.TrueAsync(() => leader.Leadership.IsLeader, "nobody leads");
        _server.Fail(new ApiFault((method, _) => method is "PUT", 500, Times: -1));

        _time.Advance(Duration - TimeSpan.FromSeconds(1));
        Assert.True(leader.Leadership.IsLeader);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.False(leader.Leadership.IsLeader);
    }

    [Fact]
    public async Task A_lease_that_was_written_though_the_answer_was_lost_is_known_as_ones_own()
    {
        _server.Seed(Leases, Lease(LeaseMarks.LeaderName, "candidate"));

        var candidate = await StartAsync("candidate");

        await Eventually.TrueAsync(() => candidate.Leadership.IsLeader, "the replica waits for itself");
    }

    private bool Nudged()
    {
        _server.Change($"{Leases}/another", lease => lease["metadata"]!["annotations"] = new JsonObject { ["nudge"] = Guid.NewGuid().ToString() });
        return true;
    }

    private async Task<Replica> StartAsync(string identity)
    {
        var client = new KubernetesClient(new KubernetesEndpoint { Server = _server.Url }, _time);
        var cluster = new Cluster(client, "promoter", identity);
        var board = new LeaseBoard(cluster, _time, new Random(1), NullLogger<LeaseBoard>.Instance);
        var replica = new Replica(client, board, new Leadership(cluster, board, Duration, _time, NullLogger<Leadership>.Instance));
        _replicas.Add(replica);
        await board.StartAsync(CancellationToken.None);
        await replica.Leadership.StartAsync(CancellationToken.None);
        return replica;
    }

    private static JsonObject Lease(string name, string holder) => new()
    {
        ["apiVersion"] = "coordination.k8s.io/v1",
        ["kind"] = "Lease",
        ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = new JsonObject { [LeaseMarks.ManagedBy] = LeaseMarks.Manager, [LeaseMarks.Kind] = LeaseMarks.Leader } },
        ["spec"] = new JsonObject { ["holderIdentity"] = holder, ["leaseDurationSeconds"] = (int)Duration.TotalSeconds },
    };

    private sealed record Replica(KubernetesClient Client, LeaseBoard Board, Leadership Leadership) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Leadership.StopAsync(CancellationToken.None);
            await Board.StopAsync(CancellationToken.None);
            Leadership.Dispose();
            Board.Dispose();
            Client.Dispose();
        }
    }
}
