using System.Text.Json.Nodes;
using Promoter.Admission.Configuration;
using Promoter.Admission.Tests.Support;

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
}
