using Promoter.Admission.Configuration;
using Promoter.Admission.Presence;
using Promoter.Admission.Tests.Support;
using Promoter.Registries;

namespace Promoter.Admission.Tests.Decisions;

/// <summary>What a pod gets while a registry does not say what it has.</summary>
public sealed class FaultDecisionTests
{
    private const string Web = Rules.TargetHost + "/shop/web:1.4.2";
    private const string SourceWeb = Rules.SourceHost + "/shop/web:1.4.2";

    [Theory]
    [InlineData(ImageFaultKind.Denied)]
    [InlineData(ImageFaultKind.Throttled)]
    [InlineData(ImageFaultKind.TimedOut)]
    internal async Task A_target_that_does_not_answer_is_not_a_missing_image(ImageFaultKind kind)
    {
        await using var webhook = await Webhook.StartAsync(configure: OpenGuard.Use);
        webhook.Engine.TargetFault = _ => new ImageFault(kind, Side.Target, $"the target said {kind}");

        var answer = await webhook.ReviewAsync(Fixture.PodWith(Web));

        Assert.True(answer.Allowed);
        Assert.Empty(answer.Patch);
        Assert.Contains($"the target said {kind}", Assert.Single(answer.Warnings), StringComparison.Ordinal);
        Assert.Equal(0, webhook.Engine.Plans);
    }

    [Theory]
    [InlineData(ImageFaultKind.Missing, false, false)]
    [InlineData(ImageFaultKind.Denied, true, false)]
    [InlineData(ImageFaultKind.Throttled, true, true)]
    [InlineData(ImageFaultKind.TimedOut, true, true)]
    [InlineData(ImageFaultKind.Refused, false, false)]
    internal async Task Each_fault_of_the_source_has_its_own_answer(ImageFaultKind kind, bool allowed, bool gated)
    {
        await using var webhook = await Webhook.StartAsync(configure: OpenGuard.Use);
        webhook.Engine.PlanFault = _ => new ImageFault(kind, Side.Source, $"the source said {kind}");
        var review = Fixture.PodWith(Web);

        var answer = await webhook.ReviewAsync(review);

        Assert.Equal(allowed, answer.Allowed);
        Assert.Contains($"the source said {kind}", answer.Message + string.Concat(answer.Warnings), StringComparison.Ordinal);
        if (allowed) Assert.Equal(gated, answer.Apply(review)["spec"]!["schedulingGates"] is not null);
    }

    [Fact]
    public async Task Answers_to_faults_are_configured_one_by_one()
    {
        var config = new AdmissionConfig { Target = new FaultAnswers(FaultAnswer.Gate, FaultAnswer.Deny, FaultAnswer.Source, FaultAnswer.Gate) };
        await using var webhook = await Webhook.StartAsync(config, configure: OpenGuard.Use);
        var kind = ImageFaultKind.Denied;
        webhook.Engine.TargetFault = _ => new ImageFault(kind, Side.Target, "no");
        var review = Fixture.PodWith(Web);

        Assert.False((await webhook.ReviewAsync(review)).Allowed);
        kind = ImageFaultKind.Throttled;
        Assert.Equal(SourceWeb, (await webhook.ReviewAsync(review)).Apply(review)["spec"]!["containers"]![0]!["image"]!.GetValue<string>());
        kind = ImageFaultKind.TimedOut;
        Assert.NotNull((await webhook.ReviewAsync(review)).Apply(review)["spec"]!["schedulingGates"]);
    }

    [Fact]
    public async Task A_fault_of_ours_lets_the_pod_pass_and_says_so()
    {
        await using var webhook = await Webhook.StartAsync();
        webhook.Engine.TargetFault = _ => throw new InvalidOperationException("a bug");

        var answer = await webhook.ReviewAsync(Fixture.PodWith(Web));

        Assert.True(answer.Allowed);
        Assert.Contains("internal error", Assert.Single(answer.Warnings), StringComparison.Ordinal);
    }
}
