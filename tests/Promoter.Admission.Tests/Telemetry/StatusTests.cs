using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Promoter.Admission.Configuration;
using Promoter.Admission.Gates;
using Promoter.Admission.Presence;
using Promoter.Admission.Tests.Support;
using Promoter.Registries;

namespace Promoter.Admission.Tests.Telemetry;

public sealed class StatusTests
{
    private const string Web = Rules.TargetHost + "/shop/web:1.4.2";

    [Fact]
    public async Task Copies_in_flight_and_decisions_are_shown_as_json_and_as_a_page_that_escapes_what_people_wrote()
    {
        await using var webhook = await Webhook.StartAsync(new AdmissionConfig { OnMissing = MissingAnswer.Allow });
        var held = new TaskCompletionSource();
        webhook.Engine.Copying = token => held.Task.WaitAsync(token);
        var review = Fixture.PodWith(Web);
        review["request"]!["object"]!["metadata"]!["name"] = JsonValue.Create("<script>");
        await webhook.ReviewAsync(review);
        await Eventually.TrueAsync(() => webhook.Engine.Copies == 1, "the copy did not start");

        var status = JsonNode.Parse(await webhook.GetAsync("/status"))!;
        using var client = new HttpClient(new SocketsHttpHandler());
        client.DefaultRequestHeaders.Add("Accept", "text/html");
        var page = await client.GetStringAsync(new Uri(webhook.OperationsUrl, "/status"));

        Assert.Equal(Web, status["copies"]![0]!["image"]!.GetValue<string>());
        Assert.Equal("copying", status["copies"]![0]!["phase"]!.GetValue<string>());
        Assert.Equal("allowed", status["recentDecisions"]![0]!["decision"]!.GetValue<string>());
        Assert.Contains("shop/web:1.4.2", page, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", page, StringComparison.Ordinal);
        held.SetResult();
    }

    [Fact]
    public async Task Every_text_of_the_cluster_is_escaped_and_the_page_may_load_nothing()
    {
        const string Attack = "\"><img src=x onerror=alert(1)>'&amp;";
        await using var webhook = await Webhook.StartAsync();
        webhook.Engine.PlanFault = _ => new ImageFault(ImageFaultKind.Denied, Side.Source, Attack);
        var review = Fixture.PodWith(Web);
        review["request"]!["object"]!["metadata"]!["name"] = JsonValue.Create(Attack);
        review["request"]!["namespace"] = JsonValue.Create(Attack);
        await webhook.ReviewAsync(review);
        using var client = new HttpClient(new SocketsHttpHandler());
        client.DefaultRequestHeaders.Add("Accept", "text/html");

        using var answer = await client.GetAsync(new Uri(webhook.OperationsUrl, "/status"));
        var page = await answer.Content.ReadAsStringAsync();

        Assert.Equal("text/html; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.StartsWith("default-src 'none'; style-src 'sha256-", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal(3, Regex.Count(page, Regex.Escape(WebUtility.HtmlEncode(Attack))));
        Assert.DoesNotContain("<img", page, StringComparison.Ordinal);
        // The policy allows the style that the page has, and no other.
        var style = Regex.Match(page, "<style>(.*)</style>").Groups[1].Value;
        Assert.Contains(Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(style))), answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_json_has_the_documented_members_and_no_others()
    {
        await using var cluster = await TestCluster.StartAsync(replicas: 1);
        await cluster.UntilLedAsync();
        await Eventually.TrueAsync(() => cluster.Replicas[0].Services.GetRequiredService<IGateGuard>().Problem is null, "no gates are set");
        var held = new TaskCompletionSource();
        cluster.Engine.Copying = token => held.Task.WaitAsync(token);
        await cluster.CreatePodAsync("web", Web);
        JsonNode status = new JsonObject();
        await Eventually.TrueAsync(
            async () =>
            {
                status = JsonNode.Parse(await cluster.Replicas[0].GetAsync("/status"))!;
                return status["gatedPods"]!.AsArray().Count == 1 && status["copies"]!.AsArray().Count == 1;
            },
            "the pod or its copy is not shown");

        // As docs/webhook-operations.md has it: what scripts read may be added to, and nothing may go.
        Assert.Equal(
            ["replica", "isReady", "isLeader", "gateProblem", "certificateEnds", "rememberedImages", "copies", "gatedPods", "recentDecisions"], status.AsObject().Select(member => member.Key));
        Assert.Equal(["image", "phase", "bytesMoved", "bytesMissing", "requestedBy", "since", "replica"], status["copies"]![0]!.AsObject().Select(member => member.Key));
        Assert.Equal(["pod", "since", "until", "reason"], status["gatedPods"]![0]!.AsObject().Select(member => member.Key));
        Assert.Equal(["at", "namespace", "pod", "dryRun", "image", "decision", "reason"], status["recentDecisions"]![0]!.AsObject().Select(member => member.Key));
        held.SetResult();
        await cluster.UntilReleasedAsync("web");
    }
}
