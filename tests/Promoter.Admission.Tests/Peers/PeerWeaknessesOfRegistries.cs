using Promoter.Admission.Decisions;
using Promoter.Admission.OnDemand;
using Promoter.Admission.Presence;
using Promoter.Admission.Tests.Support;
using Promoter.Emulator;
using Promoter.Emulator.Faults;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;

namespace Promoter.Admission.Tests.Peers;

/// <summary>The closest peer's weaknesses in talking to registries.</summary>
public sealed class PeerWeaknessesOfRegistries
{
    [Fact]
    [Trait("Row", "prefix round trip is idempotent")]
    public async Task W05_A_target_with_a_prefix_is_recognised_and_its_repositories_carry_the_prefix()
    {
        await using var registries = await TwoRegistries.StartAsync(prefix: "/cache/team");
        registries.Source.Push("shop/web", SampleImages.Single("web"), "1.4.2");
        var pairing = new ImagePairing(new Promotion.PromotionRules(registries.Config.Rules));
        await using var webhook = await Webhook.StartAsync(pairing: pairing);
        var review = Fixture.PodWith($"{registries.Source.ReferenceHost}/shop/web:1.4.2");

        var first = await webhook.ReviewAsync(review);
        var second = await webhook.ReviewAsync(first.Again(review));
        using var plan = Assert.IsType<PlanAnswer.Planned>(await registries.Engine.PlanAsync(registries.Pair("shop/web:1.4.2"), SourceAccess.OfRule, CancellationToken.None)).Promotion;
        Assert.Null(await plan.ExecuteAsync(new Progress<long>(), CancellationToken.None));

        Assert.Equal($"{registries.Target.ReferenceHost}/cache/team/shop/web:1.4.2", first.Apply(review)["spec"]!["containers"]![0]!["image"]!.GetValue<string>());
        Assert.Empty(second.Patch);
        Assert.Equal(["cache/team/shop/web"], registries.Target.Repositories);
    }

    [Theory]
    [InlineData(401, "Denied")]
    [InlineData(403, "Denied")]
    [InlineData(429, "Throttled")]
    [InlineData(503, "TimedOut")]
    public async Task W06_An_error_is_never_taken_for_a_missing_image(int status, string kind)
    {
        await using var registries = await TwoRegistries.StartAsync();
        registries.Source.Push("shop/web", SampleImages.Single("web"), "1.4.2");
        registries.Target.Push("shop/web", SampleImages.Single("web"), "1.4.2");
        registries.Target.Faults.Inject(Effect.Status(status), _ => true, times: FaultScript.Always);

        var answer = await registries.Engine.CheckAsync(registries.TargetOf("shop/web:1.4.2"), CancellationToken.None);

        Assert.Equal(kind, Assert.IsType<PresenceAnswer.Unknown>(answer).Fault.Kind.ToString());
        Assert.Empty(registries.Source.Requests.All);
    }

    [Fact]
    public async Task W10_A_typo_leaves_no_repository_behind()
    {
        await using var registries = await TwoRegistries.StartAsync();
        registries.Source.Push("shop/web", SampleImages.Single("web"), "1.4.2");

        foreach (var image in (string[])["shop/wbe:1.4.2", "shop/web:9.9.9"])
        {
            Assert.IsType<PlanAnswer.Impossible>(await registries.Engine.PlanAsync(registries.Pair(image), SourceAccess.OfRule, CancellationToken.None));
        }

        Assert.Empty(registries.Target.Repositories);
        Assert.Empty(registries.Target.Requests.Writes());
    }

    [Fact]
    public async Task W12_Looking_whether_an_image_exists_is_one_HEAD_whatever_its_platforms()
    {
        await using var registries = await TwoRegistries.StartAsync();
        var pushed = registries.Target.Push("shop/web", SampleImages.Single("web", architecture: "riscv64"), "1.4.2");

        var answer = await registries.Engine.CheckAsync(registries.TargetOf("shop/web:1.4.2"), CancellationToken.None);

        Assert.Equal(pushed.Digest, Assert.IsType<PresenceAnswer.Present>(answer).Digest.ToString());
        Assert.Equal(["HEAD"], registries.Target.Requests.All.Select(request => request.Method));
    }

    [Fact]
    public async Task W13_A_reference_with_tag_and_digest_keeps_its_tag_at_the_target()
    {
        await using var registries = await TwoRegistries.StartAsync();
        var pushed = registries.Source.Push("shop/web", SampleImages.Single("web"), "1.4.2");

        using var plan = Assert.IsType<PlanAnswer.Planned>(
            await registries.Engine.PlanAsync(registries.Pair($"shop/web:1.4.2@{pushed.Digest}"), SourceAccess.OfRule, CancellationToken.None)).Promotion;
        Assert.Null(await plan.ExecuteAsync(new Progress<long>(), CancellationToken.None));

        var tagged = Assert.IsType<PresenceAnswer.Present>(await registries.Engine.CheckAsync(registries.TargetOf("shop/web:1.4.2"), CancellationToken.None));
        Assert.Equal(pushed.Digest, tagged.Digest.ToString());
    }

    [Fact]
    public async Task W15_A_token_that_cannot_be_renewed_once_is_renewed_the_next_time()
    {
        await using var registries = await TwoRegistries.StartAsync(target: new Emulator.RegistryOptions
        {
            Name = "target",
            Authentication = RegistryAuthentication.Bearer,
        });
        var image = registries.TargetOf("shop/web:1.4.2");
        var failing = registries.Target.Faults.Inject(Effect.Status(503), request => request.Action is EmulatedAction.GetToken, times: FaultScript.Always);

        Assert.IsType<PresenceAnswer.Unknown>(await registries.Engine.CheckAsync(image, CancellationToken.None));
        var asked = registries.Target.Requests.Count(EmulatedAction.GetToken);
        registries.Target.Faults.Clear();
        await registries.Engine.CheckAsync(image, CancellationToken.None);

        Assert.NotNull(failing);
        Assert.True(registries.Target.Requests.Count(EmulatedAction.GetToken) > asked, "after one failure nobody asked for a token again");
    }
}
