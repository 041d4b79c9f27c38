using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Promoter.Admission.Configuration;
using Promoter.Admission.OnDemand;
using Promoter.Admission.Tests.Support;

namespace Promoter.Admission.Tests.Replicas;

public sealed class SharedCopyTests
{
    [Fact]
    public async Task A_copy_that_two_replicas_wait_for_counts_as_done_at_the_one_that_made_it_and_as_found_at_the_other()
    {
        await using var cluster = await TestCluster.StartAsync(replicas: 0);
        var config = new AdmissionConfig { OnMissing = MissingAnswer.Allow, Gate = new GateConfig { Enabled = false } };
        var (ended, held) = (new ConcurrentBag<string>(), new TaskCompletionSource());
        cluster.Engine.Copying = token => held.Task.WaitAsync(token);

        for (var i = 0; i < 2; i++)
        {
            var replica = await cluster.AddReplicaAsync(config);
            var promotions = replica.Services.GetRequiredService<OnDemandPromotions>();
            promotions.OnEnded((_, outcome) => ended.Add(outcome.Name));
            await replica.ReviewAsync(Fixture.PodWith($"{Rules.TargetHost}/shop/web:1.4.2"));
            await Eventually.TrueAsync(() => promotions.InFlight.Any(run => run.Phase is "copying" or "waiting for its turn"), "it does not wait for the copy");
        }

        held.SetResult();

        await Eventually.TrueAsync(() => ended.Count == 2, "a run did not end");
        Assert.Equal(["done", "found"], ended.Order(StringComparer.Ordinal));
    }
}
