using System.Text;
using System.Text.Json.Nodes;
using Promoter.Copying;
using Promoter.Emulator.Faults;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;
using Promoter.Promotion;
using Promoter.Tests.Promotion;

namespace Promoter.Tests.Copying;

/// <summary>What is attached to an image travels with it, and nothing at the target is lost by that.</summary>
public sealed class AttachedTagTests
{
    [Fact]
    public async Task Signatures_and_referrers_arrive_with_the_image()
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(SampleImages.TwoPlatforms("web"));
        var signature = scene.Source.Push(Scene.Repository, SampleImages.Signature(image));
        var cosign = scene.Source.Push(Scene.Repository, SampleImages.Cosign(image), SampleImages.CosignTag(image));

        var report = await PromoteAsync(scene);

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Empty(scene.Target.FindProblems(Scene.Repository, signature.Digest));
        Assert.Equal(cosign.Digest, scene.Target.DigestOf(Scene.Repository, SampleImages.CosignTag(image)));
        Assert.Equal([SampleImages.CosignTag(image), "1.0"], report.Tags.Select(t => t.Tag.ToString()));
    }

    [Fact]
    public async Task A_target_without_the_referrers_API_gets_the_fallback_tag_and_keeps_what_it_had_there()
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(SampleImages.Single("web"));
        var signature = scene.Source.Push(Scene.Repository, SampleImages.Signature(image));
        var own = SampleImages.Sbom(image);
        scene.Target.Behaviour.HasReferrersApi = false;
        scene.Target.Push(Scene.Repository, own);
        scene.Target.Push(Scene.Repository, SampleImages.FallbackIndex(own), SampleImages.FallbackTag(image.Digest));

        var report = await PromoteAsync(scene);

        Assert.Equal(ExitCode.Done, report.ExitCode);
        var listed = scene.Target.ManifestOf(Scene.Repository, SampleImages.FallbackTag(image.Digest))!.Manifests.Select(m => m.Digest);
        Assert.Equal(new[] { own.Digest, signature.Digest }.Order(), listed.Order());
    }

    [Fact]
    public async Task What_others_wrote_into_the_fallback_list_stays_as_they_wrote_it()
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(SampleImages.Single("web"));
        var own = SampleImages.Sbom(image);
        scene.Source.Push(Scene.Repository, SampleImages.Signature(image));
        scene.Target.Behaviour.HasReferrersApi = false;
        scene.Target.Push(Scene.Repository, own);
        var list = new IndexBuilder().Add(own).WithAnnotation("kept.by", "the registry's operator").Build();
        scene.Target.Push(Scene.Repository, list, SampleImages.FallbackTag(image.Digest));

        await PromoteAsync(scene);

        var written = JsonNode.Parse(scene.Target.ManifestOf(Scene.Repository, SampleImages.FallbackTag(image.Digest))!.Bytes)!;
        var before = JsonNode.Parse(list.Bytes.Span)!;
        Assert.Equal(2, written["manifests"]!.AsArray().Count);
        Assert.True(JsonNode.DeepEquals(before["manifests"]![0], written["manifests"]![0]), written.ToJsonString());
        Assert.True(JsonNode.DeepEquals(before["annotations"], written["annotations"]), written.ToJsonString());
    }

    [Fact]
    public async Task A_signature_that_the_target_has_already_is_not_pushed_again()
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(SampleImages.Single("web"));
        var cosign = scene.Source.Push(Scene.Repository, SampleImages.Cosign(image), SampleImages.CosignTag(image));
        scene.Target.Push(Scene.Repository, cosign, SampleImages.CosignTag(image));

        await PromoteAsync(scene);

        Assert.Equal(["1.0"], scene.Requests.Where(EmulatedAction.PutTag).Select(r => r.Reference));
    }

    [Fact]
    public async Task Signatures_that_only_the_target_has_are_not_lost()
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(SampleImages.Single("web"));
        scene.Source.Push(Scene.Repository, Signatures("by the source"), SampleImages.CosignTag(image));
        var both = scene.Target.Push(Scene.Repository, Signatures("by the source", "by the target"), SampleImages.CosignTag(image));

        var report = await PromoteAsync(scene);

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Equal(both.Digest, scene.Target.DigestOf(Scene.Repository, SampleImages.CosignTag(image)));
    }

    [Fact]
    public async Task Signatures_that_the_target_lacks_replace_what_it_had_and_the_journal_says_so()
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(SampleImages.Single("web"));
        var newer = scene.Source.Push(Scene.Repository, Signatures("one", "two"), SampleImages.CosignTag(image));
        var older = scene.Target.Push(Scene.Repository, Signatures("one"), SampleImages.CosignTag(image));

        var report = await PromoteAsync(scene);

        Assert.Equal(newer.Digest, scene.Target.DigestOf(Scene.Repository, SampleImages.CosignTag(image)));
        Assert.Equal(older.Digest, report.Tags[0].Previous.ToString());
    }

    [Fact]
    public async Task A_tag_that_moved_before_a_failure_is_in_the_journal()
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(SampleImages.Single("web"));
        scene.Source.Push(Scene.Repository, SampleImages.Cosign(image), SampleImages.CosignTag(image));
        scene.Faults.Inject(Effect.Status(403), EmulatedAction.PutTag, reference: "1.0", times: FaultScript.Always);

        var report = await PromoteAsync(scene);

        Assert.Equal(ExitCode.AccessDenied, report.ExitCode);
        Assert.Equal([SampleImages.CosignTag(image)], report.Tags.Select(t => t.Tag.ToString()));
    }

    [Fact]
    public async Task A_referrer_that_is_lost_at_the_target_is_found_out_before_any_tag_moves()
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(SampleImages.TwoPlatforms("web"));
        var sbom = scene.Source.Push(Scene.Repository, SampleImages.Sbom(image.Children[0]));
        scene.Observer = new SceneObserver(pushed: manifest =>
        {
            if (manifest.Digest.ToString() == sbom.Digest) scene.Target.RemoveManifest(Scene.Repository, sbom.Digest);
        });

        var report = await PromoteAsync(scene);

        Assert.Equal(ExitCode.Unexpected, report.ExitCode);
        Assert.Contains($"{SampleImages.SbomType} {sbom.Digest}", report.Images[0].Failure!.Message);
        Assert.Null(scene.Target.DigestOf(Scene.Repository, "1.0"));
    }

    [Fact]
    public async Task A_target_that_has_more_attached_than_the_source_is_right_too()
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(SampleImages.Single("web"));
        var sbom = scene.Source.Push(Scene.Repository, SampleImages.Sbom(image));
        var own = scene.Target.Push(Scene.Repository, SampleImages.Signature(image));

        var report = await PromoteAsync(scene);

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Subset(scene.Target.ManifestsOf(Scene.Repository).ToHashSet(), new HashSet<string> { sbom.Digest, own.Digest });
    }

    [Fact]
    public async Task An_image_without_a_signature_is_refused_where_one_is_required()
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(SampleImages.Single("web"));
        scene.Target.Push(Scene.Repository, image);
        var request = scene.Request($"{Scene.Repository}:1.0@{image.Digest}") with { Referrers = ReferrerSelection.All, RequireSignature = true };

        var unsigned = await scene.PromoteAsync(request);
        scene.Source.Push(Scene.Repository, SampleImages.Cosign(image), SampleImages.CosignTag(image));
        var signed = await scene.PromoteAsync(request);

        Assert.Equal(ExitCode.Refused, unsigned.ExitCode);
        Assert.Equal(ExitCode.Done, signed.ExitCode);
        Assert.Equal(image.Digest, scene.Target.DigestOf(Scene.Repository, "1.0"));
    }

    [Theory]
    [InlineData($"{Scene.Repository}:1.0")]
    [InlineData($"{Scene.Repository}")]
    public async Task An_image_that_was_brought_unsigned_is_not_up_to_date_where_a_signature_is_required(string name)
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(SampleImages.TwoPlatforms("web"));
        scene.Target.Push(Scene.Repository, image, "1.0");
        var request = scene.Request($"{name}@{image.Digest}") with { Referrers = ReferrerSelection.All, RequireSignature = true };

        var unsigned = await scene.PromoteAsync(request);
        var signature = scene.Source.Push(Scene.Repository, SampleImages.Signature(image));
        var signed = await scene.PromoteAsync(request);
        var unchanged = await scene.PromoteAsync(request);

        Assert.Equal((ExitCode.Refused, ExitCode.Done, ExitCode.Done), (unsigned.ExitCode, signed.ExitCode, unchanged.ExitCode));
        Assert.Contains(signature.Digest, scene.Target.ManifestsOf(Scene.Repository));
        Assert.Equal(ImageOutcome.UpToDate, unchanged.Images[0].Outcome);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_attached_since_travels_when_it_is_asked_for(bool pinned)
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(SampleImages.TwoPlatforms("web"));
        var request = scene.Request(pinned ? $"{Scene.Repository}:1.0@{image.Digest}" : $"{Scene.Repository}:1.0") with { Referrers = ReferrerSelection.All };
        await scene.PromoteAsync(request);
        var sbom = scene.Source.Push(Scene.Repository, SampleImages.Sbom(image));
        var cosign = scene.Source.Push(Scene.Repository, SampleImages.Cosign(image), SampleImages.CosignTag(image));

        var believed = await scene.PromoteAsync(request);
        var refreshed = await scene.PromoteAsync(request with { RefreshReferrers = true });
        scene.Requests.Clear();
        var again = await scene.PromoteAsync(request with { RefreshReferrers = true });

        Assert.Equal((ImageOutcome.UpToDate, ImageOutcome.Promoted, ImageOutcome.UpToDate), (believed.Images[0].Outcome, refreshed.Images[0].Outcome, again.Images[0].Outcome));
        Assert.Contains(sbom.Digest, scene.Target.ManifestsOf(Scene.Repository));
        Assert.Equal(cosign.Digest, scene.Target.DigestOf(Scene.Repository, SampleImages.CosignTag(image)));
        Assert.Empty(scene.Requests.Writes());
    }

    [Fact]
    public async Task The_signature_of_one_platform_is_none_of_the_image()
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(SampleImages.TwoPlatforms("web"));
        scene.Source.Push(Scene.Repository, SampleImages.Signature(image.Children[0]));
        scene.Source.Push(Scene.Repository, SampleImages.Cosign(image.Children[1]), SampleImages.CosignTag(image.Children[1]));

        var report = await scene.PromoteAsync(scene.Request() with { Referrers = ReferrerSelection.All, RequireSignature = true });

        Assert.Equal(ExitCode.Refused, report.ExitCode);
        Assert.Contains(image.Digest, report.Images[0].Failure!.Message);
    }

    private static Task<PromotionReport> PromoteAsync(Scene scene) => scene.PromoteAsync(scene.Request() with { Referrers = ReferrerSelection.All });

    private static BuiltImage Signatures(params string[] payloads) =>
        payloads.Aggregate(new ImageBuilder(), (builder, payload) => builder.WithLayer(Encoding.UTF8.GetBytes(payload), "application/vnd.dev.cosign.simplesigning.v1+json")).Build();
}
