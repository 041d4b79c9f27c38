using Promoter.Admission.Configuration;
using Promoter.Admission.Tests.Support;

namespace Promoter.Admission.Tests.Decisions;

/// <summary>Which pods get a gate, and what those get that cannot have one.</summary>
public sealed class GateDecisionTests
{
    private const string Web = Rules.TargetHost + "/shop/web:1.4.2";
    private const string SourceWeb = Rules.SourceHost + "/shop/web:1.4.2";

    [Fact]
    public async Task A_large_missing_image_gates_the_pod_and_says_why()
    {
        await using var webhook = await Webhook.StartAsync(configure: OpenGuard.Use);
        var release = webhook.Engine.HoldCopies();
        webhook.Engine.Source[SourceWeb] = 10L << 30;
        var review = Fixture.PodWith(Web);

        var answer = await webhook.ReviewAsync(review);

        var pod = answer.Apply(review);
        Assert.Equal("promoter.dev/image-pending", pod["spec"]!["schedulingGates"]![0]!["name"]!.GetValue<string>());
        Assert.Equal("pending", pod["metadata"]!["labels"]!["promoter.dev/gate"]!.GetValue<string>());
        Assert.NotNull(pod["metadata"]!["annotations"]!["promoter.dev/gated-until"]);
        Assert.Contains("10 GiB", Assert.Single(answer.Warnings), StringComparison.Ordinal);
        release();
    }

    [Fact]
    public async Task A_size_of_which_nothing_is_left_is_not_said()
    {
        await using var webhook = await Webhook.StartAsync(new AdmissionConfig { OnMissing = MissingAnswer.Gate }, configure: OpenGuard.Use);
        var release = webhook.Engine.HoldCopies();
        webhook.Engine.Source[SourceWeb] = 0;

        var answer = await webhook.ReviewAsync(Fixture.PodWith(Web));

        Assert.Contains("shop/web:1.4.2 is being promoted; the pod is scheduled", Assert.Single(answer.Warnings), StringComparison.Ordinal);
        release();
    }

    [Fact]
    public async Task A_gate_is_added_beside_those_of_others_and_only_once()
    {
        await using var webhook = await Webhook.StartAsync(new AdmissionConfig { OnMissing = MissingAnswer.Gate }, configure: OpenGuard.Use);
        var release = webhook.Engine.HoldCopies();
        var review = Fixture.Review("create-pod-generate-name-foreign-gate");
        review["request"]!["object"]!["spec"]!["containers"]![0]!["image"] = Web;

        var first = await webhook.ReviewAsync(review);
        var second = await webhook.ReviewAsync(first.Again(review));

        var gates = second.Apply(first.Again(review))["spec"]!["schedulingGates"]!.AsArray().Select(gate => gate!["name"]!.GetValue<string>());
        Assert.Equal(["example.com/other", "promoter.dev/image-pending"], gates);
        // Being looked at twice gives no more time.
        Assert.Contains("gated-until", first.Patch.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("gated-until", second.Patch.ToJsonString(), StringComparison.Ordinal);
        release();
    }

    [Fact]
    public async Task A_pod_that_is_bound_to_a_node_is_never_gated_and_the_fall_back_is_said()
    {
        await using var webhook = await Webhook.StartAsync(new AdmissionConfig { OnMissing = MissingAnswer.Gate }, configure: OpenGuard.Use);
        var release = webhook.Engine.HoldCopies();

        var answer = await webhook.ReviewAsync(Fixture.Review("create-pod-node-name"));

        Assert.True(answer.Allowed);
        Assert.Empty(answer.Patch);
        Assert.Contains("bound to node node1", Assert.Single(answer.Warnings), StringComparison.Ordinal);
        release();
    }

    [Fact]
    public async Task A_person_waits_for_a_copy_as_long_as_the_api_server_allows_and_a_controller_does_not()
    {
        // Two, because a copy that was quick makes the next one look quick.
        await using var debugging = await Webhook.StartAsync();
        await using var creating = await Webhook.StartAsync();
        var (end, release) = (debugging.Engine.HoldCopies(), creating.Engine.HoldCopies());
        // Five seconds at the rate that is assumed before one is measured: more than the inline budget, less than kubectl debug is given.
        foreach (var webhook in (Webhook[])[debugging, creating]) webhook.Engine.Source[SourceWeb] = 150_000_000;
        var review = Fixture.Review("update-pod-ephemeralcontainers");
        review["request"]!["object"]!["spec"]!["ephemeralContainers"]![0]!["image"] = Web;

        var answer = debugging.ReviewAsync(review, "15s");
        await Eventually.TrueAsync(() => debugging.Engine.Copies == 1, "the copy did not begin");
        end();
        var debugged = await answer;
        var created = await creating.ReviewAsync(Fixture.PodWith(Web), "15s");

        Assert.Empty(debugged.Warnings);
        Assert.True(debugging.Engine.Target.ContainsKey(Web), "kubectl debug was answered before the image was there");
        Assert.Contains("is being promoted", Assert.Single(created.Warnings), StringComparison.Ordinal);
        release();
    }

    [Fact]
    public async Task An_ephemeral_container_is_never_gated_and_the_fall_back_is_said()
    {
        await using var webhook = await Webhook.StartAsync(new AdmissionConfig { OnMissing = MissingAnswer.Gate, CannotGate = FallbackAnswer.Source }, configure: OpenGuard.Use);
        var release = webhook.Engine.HoldCopies();
        var review = Fixture.Review("update-pod-ephemeralcontainers");
        review["request"]!["object"]!["spec"]!["ephemeralContainers"]![0]!["image"] = Web;

        var answer = await webhook.ReviewAsync(review);

        Assert.True(answer.Allowed);
        Assert.Contains("the pod runs already", Assert.Single(answer.Warnings), StringComparison.Ordinal);
        Assert.All(answer.Patch, operation => Assert.StartsWith("/spec/ephemeralContainers/", operation!["path"]!.GetValue<string>(), StringComparison.Ordinal));
        Assert.Equal(SourceWeb, answer.Apply(review)["spec"]!["ephemeralContainers"]![0]!["image"]!.GetValue<string>());
        release();
    }

    [Theory]
    [InlineData(FallbackAnswer.Allow, true, null)]
    [InlineData(FallbackAnswer.Source, true, SourceWeb)]
    [InlineData(FallbackAnswer.Deny, false, null)]
    internal async Task Where_a_gate_is_not_possible_the_configured_fall_back_is_taken(FallbackAnswer fallback, bool allowed, string? image)
    {
        await using var webhook = await Webhook.StartAsync(new AdmissionConfig { OnMissing = MissingAnswer.Gate, CannotGate = fallback });
        var release = webhook.Engine.HoldCopies();
        var review = Fixture.PodWith(Web);

        var answer = await webhook.ReviewAsync(review);

        Assert.Equal(allowed, answer.Allowed);
        Assert.Equal(image, answer.Patch.FirstOrDefault(operation => operation!["op"]!.GetValue<string>() == "replace")?["value"]!.GetValue<string>());
        release();
    }
}
