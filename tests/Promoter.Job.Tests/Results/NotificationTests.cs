using System.Text.Json.Nodes;
using Promoter.Emulator.Webhooks;
using Promoter.Job.Results;
using Promoter.Promotion;
using Promoter.Promotion.Configuration;

namespace Promoter.Job.Tests.Results;

public sealed class NotificationTests : IAsyncLifetime
{
    private const string Secret = "/services/T0/B0/s3cr3t";

    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal) { ["JOB_NAME"] = "promote-images", ["POD_NAMESPACE"] = "shop" };
    private WebhookReceiver _webhook = null!;

    public async ValueTask InitializeAsync() => _webhook = await WebhookReceiver.StartAsync();

    public ValueTask DisposeAsync() => _webhook.DisposeAsync();

    [Fact]
    public async Task Slack_is_told_the_summary_and_every_failure_with_its_markup_escaped()
    {
        _environment["PROMOTER_SLACK_URL"] = _webhook.Url(Secret).ToString();

        await Given.TellAsync(Given.Failed, _environment);

        var delivery = Assert.Single(_webhook.Deliveries);
        Assert.Equal((Secret, "application/json; charset=utf-8"), (delivery.Path, delivery.ContentType));
        var text = (string)JsonNode.Parse(delivery.Body)!["text"]!;
        Assert.StartsWith(":x: *shop/promote-images*: failed (exit code 3), no tag has moved; 1 failed", text, StringComparison.Ordinal);
        Assert.Contains("\n• target.example.com/shop/app1:1: shop/app1:1 &lt;is not&gt; at the source", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CloudEvents_are_sent_in_structured_mode_with_the_report_as_data_and_the_token_as_bearer()
    {
        _environment["PROMOTER_CLOUDEVENTS_URL"] = _webhook.Url("/events").ToString();
        _environment["PROMOTER_CLOUDEVENTS_TOKEN"] = "t0ken\n";

        await Given.TellAsync(Given.Promoted, _environment);

        var delivery = Assert.Single(_webhook.Deliveries);
        Assert.Equal(("application/cloudevents+json; charset=utf-8", "Bearer t0ken"), (delivery.ContentType, delivery.Authorization));
        var happened = JsonNode.Parse(delivery.Body)!;
        Assert.Equal("1.0", (string)happened["specversion"]!);
        Assert.Equal("dev.promoter.promotion.succeeded", (string)happened["type"]!);
        Assert.Equal("/namespaces/shop/jobs/promote-images", (string)happened["source"]!);
        Assert.Equal("1970-01-01T00:00:00.000Z", (string)happened["time"]!);
        Assert.Equal("application/json", (string)happened["datacontenttype"]!);
        Assert.NotEmpty((string)happened["id"]!);
        Assert.Equal(("PromotionReport", "promoted"), ((string)happened["data"]!["kind"]!, (string)happened["data"]!["images"]![0]!["outcome"]!));
    }

    [Fact]
    public async Task A_failure_before_there_is_a_plan_is_told_as_an_error()
    {
        _environment["PROMOTER_CLOUDEVENTS_URL"] = _webhook.Url("/").ToString();

        await Given.TellAsync(RunResult.OfFailure(ExitCode.Usage, "no rule\nat all", DateTimeOffset.UnixEpoch), _environment);

        var happened = JsonNode.Parse(Assert.Single(_webhook.Deliveries).Body)!;
        Assert.Equal("dev.promoter.promotion.failed", (string)happened["type"]!);
        Assert.Equal(("Error", 2, "no rule\nat all"), ((string)happened["data"]!["kind"]!, (int)happened["data"]!["exitCode"]!, (string)happened["data"]!["error"]!));
    }

    [Fact]
    public async Task A_delivery_that_may_still_succeed_is_repeated_as_the_same_event_and_a_bounded_number_of_times()
    {
        _environment["PROMOTER_CLOUDEVENTS_URL"] = _webhook.Url("/").ToString();
        _webhook.RetryAfter = 0;
        _webhook.AnswerWith(503, 429);
        var config = new NotificationConfig { Retries = 2 };

        var delivered = await Given.TellAsync(Given.Promoted, _environment, notifications: config);
        var ids = _webhook.Deliveries.Select(d => (string)JsonNode.Parse(d.Body)!["id"]!).ToList();
        _webhook.Answer = 500;
        var given_up = await Given.TellAsync(Given.Promoted, _environment, notifications: config);

        Assert.Contains("The result was told", delivered, StringComparison.Ordinal);
        Assert.Equal(3, ids.Count);
        Assert.Single(ids.Distinct());
        Assert.Contains("it answered 500", given_up, StringComparison.Ordinal);
        Assert.Equal(6, _webhook.Deliveries.Count);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(302)]
    public async Task A_refusal_is_not_repeated_and_a_redirect_not_followed(int status)
    {
        _environment["PROMOTER_SLACK_URL"] = _webhook.Url(Secret).ToString();
        _webhook.Answer = status;

        var log = await Given.TellAsync(Given.Promoted, _environment, notifications: new NotificationConfig { Retries = 3 });

        Assert.Contains($"it answered {status}", log, StringComparison.Ordinal);
        Assert.Single(_webhook.Deliveries);
    }

    [Fact]
    public async Task A_webhook_that_never_answers_is_given_up()
    {
        _environment["PROMOTER_SLACK_URL"] = _webhook.Url(Secret).ToString();
        _webhook.Answer = null;

        var log = await Given.TellAsync(Given.Promoted, _environment, notifications: new NotificationConfig { Retries = 0, Timeout = TimeSpan.FromMilliseconds(50) });

        Assert.Contains("did not answer within 0.1 seconds", log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(500)]
    public async Task No_log_line_tells_more_of_the_url_than_its_host(int status)
    {
        _environment["PROMOTER_SLACK_URL"] = _webhook.Url($"{Secret}?key=hidden").ToString();
        _webhook.Answer = status;

        var log = await Given.TellAsync(Given.Promoted, _environment);

        Assert.Contains($"Slack at http://127.0.0.1:{_webhook.Url("/").Port}/…", log, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", log, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("s3cr3t")]
    [InlineData("ftp://s3cr3t.example.com/")]
    public async Task A_value_that_is_no_url_is_named_by_its_variable_alone(string value)
    {
        _environment["PROMOTER_CLOUDEVENTS_URL"] = value;

        var log = await Given.TellAsync(Given.Promoted, _environment);

        Assert.Contains("PROMOTER_CLOUDEVENTS_URL", log, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_cannot_be_reached_is_logged()
    {
        _environment["PROMOTER_SLACK_URL"] = "http://127.0.0.1:1/s3cr3t";

        var log = await Given.TellAsync(Given.Promoted, _environment);

        Assert.Contains("it cannot be reached", log, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(NotificationOccasion.Always, 3)]
    [InlineData(NotificationOccasion.Changes, 2)]
    [InlineData(NotificationOccasion.Failure, 1)]
    public async Task The_configuration_says_which_results_are_worth_a_notification(NotificationOccasion occasion, int told)
    {
        _environment["PROMOTER_SLACK_URL"] = _webhook.Url("/").ToString();

        foreach (var result in (RunResult[])[Given.UpToDate, Given.Promoted, Given.Failed])
        {
            await Given.TellAsync(result, _environment, notifications: new NotificationConfig { When = occasion, Retries = 0 });
        }

        Assert.Equal(told, _webhook.Deliveries.Count);
    }

    [Fact]
    public async Task Of_several_shards_one_tells_success_and_each_its_failure()
    {
        _environment["PROMOTER_SLACK_URL"] = _webhook.Url("/").ToString();

        foreach (var index in (string[])["0", "1", "2"])
        {
            _environment["JOB_COMPLETION_INDEX"] = index;
            await Given.TellAsync(Given.Promoted, _environment, shards: 3);
            await Given.TellAsync(Given.Failed, _environment, shards: 3);
        }

        Assert.Equal([1, 3], _webhook.Deliveries.CountBy(d => d.Body.Contains(":x:", StringComparison.Ordinal)).Select(c => c.Value).Order());
    }
}
