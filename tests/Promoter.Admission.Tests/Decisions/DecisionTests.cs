using Promoter.Admission.Configuration;
using Promoter.Admission.Tests.Support;

namespace Promoter.Admission.Tests.Decisions;

public sealed class DecisionTests
{
    private const string Web = Rules.TargetHost + "/shop/web:1.4.2";
    private const string SourceWeb = Rules.SourceHost + "/shop/web:1.4.2";
    private const long Large = 10L << 30;

    [Fact]
    public async Task An_image_that_no_rule_covers_costs_nothing()
    {
        await using var webhook = await Webhook.StartAsync();

        var answer = await webhook.ReviewAsync(Fixture.PodWith("nginx", "ghcr.io/team/app:1", Rules.TargetHost + "/other/app:1"));

        Assert.Empty(answer.Patch);
        Assert.Empty(answer.Warnings);
        Assert.Empty(webhook.Engine.Calls);
    }

    [Fact]
    public async Task An_image_that_is_at_the_target_is_allowed_as_it_is_with_one_request_and_then_none()
    {
        await using var webhook = await Webhook.StartAsync();
        webhook.Engine.Has(Web);

        for (var i = 0; i < 3; i++) Assert.Empty((await webhook.ReviewAsync(Fixture.PodWith(Web, Web))).Patch);

        Assert.Equal([$"check {Web}"], webhook.Engine.Calls);
    }

    [Fact]
    public async Task Pinning_keeps_the_tag_and_adds_the_digest()
    {
        await using var webhook = await Webhook.StartAsync(new AdmissionConfig { Pin = true });
        webhook.Engine.Has(Web);

        var review = Fixture.PodWith(Web);
        var pinned = (await webhook.ReviewAsync(review)).Apply(review)["spec"]!["containers"]![0]!["image"]!.GetValue<string>();

        Assert.Equal($"{Web}@{webhook.Engine.Target[Web]}", pinned);
    }

    [Fact]
    public async Task A_small_missing_image_is_there_when_the_pod_is_created()
    {
        await using var webhook = await Webhook.StartAsync();

        var answer = await webhook.ReviewAsync(Fixture.PodWith(Web));

        Assert.True(answer.Allowed);
        Assert.Equal("promoted", answer.Audit["decision"]!.GetValue<string>());
        Assert.True(webhook.Engine.Target.ContainsKey(Web), "the pod passed before its image was there");
    }

    [Fact]
    public async Task A_digest_that_the_target_does_not_have_is_brought_like_a_tag()
    {
        await using var webhook = await Webhook.StartAsync();
        var pinned = $"{Rules.TargetHost}/shop/web@sha256:{new string('a', 64)}";

        var answer = await webhook.ReviewAsync(Fixture.PodWith(pinned));

        Assert.True(answer.Allowed);
        Assert.Empty(answer.Patch);
        Assert.True(webhook.Engine.Target.ContainsKey(pinned), "the digest was not brought");
    }

    [Theory]
    [InlineData(MissingAnswer.Source, true, SourceWeb)]
    [InlineData(MissingAnswer.Deny, false, null)]
    [InlineData(MissingAnswer.Allow, true, null)]
    internal async Task Every_answer_to_a_missing_image_can_be_chosen_and_brings_it_all_the_same(MissingAnswer missing, bool allowed, string? image)
    {
        await using var webhook = await Webhook.StartAsync(new AdmissionConfig { OnMissing = missing });
        webhook.Engine.Source[SourceWeb] = Large;

        var answer = await webhook.ReviewAsync(Fixture.PodWith(Web));

        Assert.Equal(allowed, answer.Allowed);
        Assert.Equal(image, answer.Patch.FirstOrDefault(operation => operation!["op"]!.GetValue<string>() == "replace")?["value"]!.GetValue<string>());
        await Eventually.TrueAsync(() => webhook.Engine.Target.ContainsKey(Web), "the image was not brought");
    }

    [Fact]
    public async Task A_rules_own_answer_wins()
    {
        var config = new AdmissionConfig
        {
            OnMissing = MissingAnswer.Allow,
            Rules = new Dictionary<string, RuleAnswers> { ["shop"] = new() { OnMissing = MissingAnswer.Deny } },
        };
        await using var webhook = await Webhook.StartAsync(config);

        Assert.False((await webhook.ReviewAsync(Fixture.PodWith(Web))).Allowed);
    }

    [Fact]
    public async Task A_tag_that_the_rule_refuses_passes_where_it_is_present_and_is_denied_where_it_is_not()
    {
        await using var webhook = await Webhook.StartAsync();
        webhook.Engine.Has(Rules.TargetHost + "/shop/there:latest");

        var there = await webhook.ReviewAsync(Fixture.PodWith(Rules.TargetHost + "/shop/there:latest"));
        var missing = await webhook.ReviewAsync(Fixture.PodWith(Rules.TargetHost + "/shop/web"));

        Assert.True(there.Allowed);
        Assert.False(missing.Allowed);
        Assert.Contains("latest", missing.Message, StringComparison.Ordinal);
        Assert.Equal(0, webhook.Engine.Plans);
    }

    [Fact]
    public async Task Observing_says_what_would_be_done_and_does_nothing()
    {
        await using var webhook = await Webhook.StartAsync(new AdmissionConfig { Observe = true }, configure: OpenGuard.Use);
        webhook.Engine.Source[SourceWeb] = Large;

        var answer = await webhook.ReviewAsync(Fixture.PodWith(Web));

        Assert.Empty(answer.Patch);
        Assert.StartsWith("(observing)", Assert.Single(answer.Warnings), StringComparison.Ordinal);
        Assert.Equal("gated", answer.Audit["decision"]!.GetValue<string>());
        Assert.Equal(0, webhook.Engine.Copies);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(Large)]
    public async Task A_dry_run_gives_the_patch_of_a_real_run_and_copies_nothing(long size)
    {
        var config = new AdmissionConfig { Pin = true };
        await using var dry = await Webhook.StartAsync(config, configure: OpenGuard.Use);
        await using var real = await Webhook.StartAsync(config, configure: OpenGuard.Use);
        Action release = size == Large ? real.Engine.HoldCopies() : () => { };
        dry.Engine.Source[SourceWeb] = real.Engine.Source[SourceWeb] = size;
        var review = Fixture.PodWith(SourceWeb);
        var dryReview = review.DeepClone().AsObject();
        dryReview["request"]!["dryRun"] = true;

        var foreseen = (await dry.ReviewAsync(dryReview)).Apply(dryReview);
        var done = (await real.ReviewAsync(review)).Apply(review);

        foreseen["metadata"]!["annotations"]!.AsObject().Remove("promoter.dev/gated-until");
        done["metadata"]!["annotations"]!.AsObject().Remove("promoter.dev/gated-until");
        Assert.Equal(done.ToJsonString(), foreseen.ToJsonString());
        Assert.Equal(0, dry.Engine.Copies);
        Assert.Equal(1, real.Engine.Copies);
        release();
    }

    [Fact]
    public async Task A_copy_that_does_not_end_within_the_budget_goes_on_after_the_answer()
    {
        await using var webhook = await Webhook.StartAsync(new AdmissionConfig { InlineBudget = TimeSpan.FromMilliseconds(450) });
        var release = webhook.Engine.HoldCopies();

        var answer = await webhook.ReviewAsync(Fixture.PodWith(Web));

        Assert.Equal("allowed", answer.Audit["decision"]!.GetValue<string>());
        Assert.Equal(1, webhook.Engine.Copies);
        release();
        await Eventually.TrueAsync(() => webhook.Engine.Target.ContainsKey(Web), "the copy ended with the request");
    }

    [Fact]
    public async Task The_servers_timeout_bounds_everything_however_many_images_hang()
    {
        await using var webhook = await Webhook.StartAsync(new AdmissionConfig { OnMissing = MissingAnswer.Inline, Cache = new CacheConfig { LookUp = TimeSpan.FromMinutes(1) } });
        webhook.Engine.LookingUp = token => Task.Delay(Timeout.Infinite, token);
        var images = Enumerable.Range(0, 20).Select(i => $"{Rules.TargetHost}/shop/web:{i}").ToArray();

        var answer = await webhook.ReviewAsync(Fixture.PodWith(images), timeout: "1s");

        Assert.True(answer.Allowed);
        Assert.Equal(20, webhook.Engine.Checks);
    }
}
