using Promoter.FakeApiServer;
using Promoter.Kubernetes;

namespace Promoter.Tests.Kubernetes;

public sealed class LeasesTests : IAsyncLifetime
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(15);
    private static readonly Dictionary<string, string> Nothing = [];
    private ServedClient _served = null!;

    private ApiServer Server => _served.Server;

    private KubernetesClient Client => _served.Client;

    public async ValueTask InitializeAsync() => _served = await ServedClient.StartAsync();

    public ValueTask DisposeAsync() => _served.DisposeAsync();

    [Fact]
    public async Task Of_many_who_claim_a_lease_exactly_one_gets_it()
    {
        var claims = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Replica($"replica-{i}").TryCreateAsync("copy-1", Duration, Nothing, Nothing, CancellationToken.None)));

        var won = Assert.Single(claims, claim => claim is not null);
        Assert.Equal(won!.Holder, (await Replica("other").FindAsync("copy-1", CancellationToken.None))!.Holder);
    }

    [Fact]
    public async Task Of_many_who_take_an_abandoned_lease_over_exactly_one_gets_it()
    {
        var abandoned = await Replica("dead").TryCreateAsync("copy-1", Duration, Nothing, Nothing, CancellationToken.None);

        var claims = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Replica($"replica-{i}").TryTakeOverAsync(abandoned!, Duration, CancellationToken.None)));

        Assert.Single(claims, claim => claim is not null);
    }

    [Fact]
    public async Task The_old_holder_learns_at_its_next_renewal_that_it_lost_the_lease()
    {
        var slow = Replica("slow");
        var held = await slow.TryCreateAsync("copy-1", Duration, Nothing, Nothing, CancellationToken.None);
        await Replica("fast").TryTakeOverAsync(held!, Duration, CancellationToken.None);

        Assert.Null(await slow.TryRenewAsync(held!, Nothing, CancellationToken.None));
    }

    [Fact]
    public async Task A_renewal_survives_somebody_elses_annotation()
    {
        var replica = Replica("me");
        var held = await replica.TryCreateAsync("copy-1", Duration, Nothing, Nothing, CancellationToken.None);
        Server.Change("/apis/coordination.k8s.io/v1/namespaces/promoter/leases/copy-1", lease => lease["metadata"]!["annotations"]!["note"] = "hello");

        var renewed = await replica.TryRenewAsync(held!, new Dictionary<string, string> { ["progress"] = "50" }, CancellationToken.None);

        Assert.Equal("50", renewed!.Annotation("progress"));
        Assert.Equal("hello", renewed.Annotation("note"));
    }

    [Fact]
    public async Task A_lease_that_was_taken_over_is_not_deleted_by_its_old_holder()
    {
        var slow = Replica("slow");
        var held = await slow.TryCreateAsync("copy-1", Duration, Nothing, Nothing, CancellationToken.None);
        await Replica("fast").TryTakeOverAsync(held!, Duration, CancellationToken.None);

        await slow.DeleteAsync(held!, CancellationToken.None);

        Assert.Equal("fast", (await slow.FindAsync("copy-1", CancellationToken.None))!.Holder);
    }

    private Leases Replica(string name) => new(Client, "promoter", name, TimeProvider.System);
}
