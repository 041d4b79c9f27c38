using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Promoter.Admission.Configuration;
using Promoter.Admission.Health;
using Promoter.Admission.Hosting;
using Promoter.Admission.Tests.Support;
using Promoter.Admission.Tls;
using Promoter.Interop.Tests.Gitops;
using Promoter.Interop.Tests.Tools;

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

    [Fact]
    public async Task Probes_are_answered_while_hundreds_of_reviews_wait_for_a_registry()
    {
        const int reviews = 500;
        await using var webhook = await Webhook.StartAsync(new AdmissionConfig { OnMissing = MissingAnswer.Allow, Cache = new CacheConfig { LookUp = TimeSpan.FromSeconds(29) } });
        var (held, waiting) = (new TaskCompletionSource(), 0);
        webhook.Engine.LookingUp = token =>
        {
            Interlocked.Increment(ref waiting);
            return held.Task.WaitAsync(token);
        };
        var answers = Enumerable.Range(0, reviews).Select(i => webhook.ReviewAsync(Fixture.PodWith($"{Rules.TargetHost}/shop/web:{i}"), "30s")).ToList();
        await Eventually.TrueAsync(() => waiting == reviews, "the reviews do not wait");

        foreach (var probe in (string[])["/startupz", "/healthz", "/readyz"]) Assert.Equal(HttpStatusCode.OK, await webhook.StatusOfAsync(probe));

        Assert.DoesNotContain(answers, answer => answer.IsCompleted);
        held.SetResult();
        Assert.All(await Task.WhenAll(answers), answer => Assert.True(answer.Allowed));
    }

    [Fact]
    public async Task The_charts_probes_leave_the_process_the_time_that_it_takes()
    {
        var chart = new HelmChart(Path.Combine(Toolbox.RepositoryRoot, "charts", "promoter-admission"));
        var deployment = (await chart.TemplateAsync("--values", chart.Values("rules"))).Only("Deployment")["spec"]!;
        var container = deployment["template"]!["spec"]!["containers"]![0]!;
        TimeSpan Seconds(string probe, params string[] factors) => TimeSpan.FromSeconds(factors.Aggregate(1, (product, factor) => product * Number(container[probe]![factor])));

        // From the start of the container to the end of the process's own review.
        Assert.InRange(Seconds("startupProbe", "periodSeconds", "failureThreshold"), SelfReview.Patience * 2, TimeSpan.FromMinutes(5));
        // The kubelet's default of one second is short for a process that is being compiled on a node without CPU to spare.
        foreach (var probe in (string[])["startupProbe", "livenessProbe", "readinessProbe"]) Assert.InRange(Seconds(probe, "timeoutSeconds"), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10));
        // A replica that is slow for half a minute is not killed, one that drains is seen before it stops to serve, and stops before it is killed.
        Assert.InRange(Seconds("livenessProbe", "periodSeconds", "failureThreshold"), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2));
        Assert.InRange(Seconds("readinessProbe", "periodSeconds", "failureThreshold"), TimeSpan.FromSeconds(1), new ServeOptions { ConfigFile = "", Listen = new(0, 0), MetricsListen = new(0, 0) }.ShutdownDelay);
        Assert.InRange(TimeSpan.FromSeconds(Number(deployment["template"]!["spec"]!["terminationGracePeriodSeconds"])), ShutdownSequence.Limit, TimeSpan.FromMinutes(5));
        // Waiting for the API server's trust must end before a rollout counts as failed (Kubernetes' default: 600 seconds).
        Assert.InRange(CallerTrust.Patience, TimeSpan.Zero, TimeSpan.FromSeconds(deployment["progressDeadlineSeconds"] is { } deadline ? Number(deadline) : 600) / 2);
    }

    private static int Number(JsonNode? value) => int.Parse(value!.ToString(), CultureInfo.InvariantCulture);
}
