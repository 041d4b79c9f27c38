using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Promoter.Admission.Health;
using Promoter.Admission.Tests.Support;

namespace Promoter.Admission.Tests.Health;

public sealed class ReadinessTests
{
    [Fact]
    public async Task A_replica_is_ready_after_its_own_review_and_unready_while_it_drains_though_it_still_answers()
    {
        await using var webhook = await Webhook.StartAsync();
        Assert.Equal(HttpStatusCode.OK, await webhook.StatusOfAsync("/startupz"));
        Assert.Equal(HttpStatusCode.OK, await webhook.StatusOfAsync("/readyz"));

        webhook.Services.GetRequiredService<Readiness>().Drain();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await webhook.StatusOfAsync("/readyz"));
        Assert.Equal(HttpStatusCode.OK, await webhook.StatusOfAsync("/healthz"));
        using var answer = await webhook.PostAsync(Fixture.Bytes("create-pod-dry-run"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.True(answer.Headers.ConnectionClose, "API servers would keep a connection to a replica that is about to end");
    }

    [Fact]
    public async Task The_own_review_leaves_no_trace_at_the_registries()
    {
        await using var webhook = await Webhook.StartAsync();

        Assert.Empty(webhook.Engine.Calls);
    }
}
