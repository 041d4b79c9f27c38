using Promoter.Emulator;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;

namespace Promoter.Interop.Tests.Gitops;

/// <summary>The mission: one edited line in the overlay of production brings exactly that image into the target, before anything is applied.</summary>
public sealed class EditedOverlayTests : IAsyncLifetime
{
    private const string Images = "examples/kustomize/images";
    private const string Patches = "examples/kustomize/patches";
    private const string SourceHost = "111111111111.dkr.ecr.eu-west-1.amazonaws.com";
    private const string TargetHost = "222222222222.dkr.ecr.eu-west-1.amazonaws.com";
    private const string ExampleDigest = "sha256:3f1c2d4e5b6a79808f9eadbccbda1e2f3041526374859697a8b9cadbecfd0e1f";

    private readonly Kustomization _kustomization = new();
    private EmulatedRegistry _source = null!;
    private EmulatedRegistry _target = null!;

    public async ValueTask InitializeAsync()
    {
        _source = await EmulatedRegistry.StartAsync(new RegistryOptions { Name = "source" });
        _target = await EmulatedRegistry.StartAsync(new RegistryOptions { Name = "target" });
        _source.Push("shop/web", SampleImages.TwoPlatforms("web-1.2.3"), "v1.2.3");
        _source.Push("shop/web", SampleImages.TwoPlatforms("web-1.3.0"), "v1.3.0", "v1.3.0-rc.1");
        _source.Push("shop/cart", SampleImages.TwoPlatforms("cart"), "v0.1.0");
        _source.Push("shop/search", SampleImages.TwoPlatforms("search"), "v7");
        var migrations = _source.Push("shop/migrations", SampleImages.TwoPlatforms("migrations"), "v1.2.3", "v1.3.0-rc.1");
        _kustomization.ReplaceEverywhere(SourceHost, _source.ReferenceHost);
        _kustomization.ReplaceEverywhere(TargetHost, _target.ReferenceHost);
        _kustomization.ReplaceEverywhere(ExampleDigest, migrations.Digest);
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _target.DisposeAsync();
        _kustomization.Dispose();
    }

    [Theory]
    [InlineData(Images, "kustomization.yaml")]
    [InlineData(Patches, "patch-image.yaml")]
    public async Task One_edited_line_brings_exactly_that_image_and_nothing_else(string layout, string file)
    {
        await PromoteAsync(layout);
        var before = HookRun.ContentOf(_target);
        _kustomization.Edit($"{layout}/overlays/production/{file}", "v1.2.3 # the one line that a promotion edits", "v1.3.0");

        await PromoteAsync(layout);

        Assert.Equal([$"shop/web:v1.3.0 {_source.DigestOf("shop/web", "v1.3.0")}"], HookRun.ContentOf(_target).Except(before));
        Assert.Empty(before.Except(HookRun.ContentOf(_target)));
        Assert.Empty(_target.FindProblems("shop/web", "v1.3.0"));
    }

    [Fact]
    public async Task What_only_development_deploys_never_reaches_the_target()
    {
        await PromoteAsync(Patches);

        Assert.Equal(["shop/web"], _target.Repositories);
        Assert.Equal(["v1.2.3"], _target.TagsOf("shop/web").Keys);
    }

    [Fact]
    public async Task A_sync_without_an_edit_copies_nothing()
    {
        await PromoteAsync(Images);
        var content = HookRun.ContentOf(_target);
        _source.Requests.Clear();
        _target.Requests.Clear();

        await PromoteAsync(Images);

        Assert.Equal(content, HookRun.ContentOf(_target));
        Assert.Empty(_target.Requests.Writes());
        Assert.Equal(0, _source.Requests.Count(EmulatedAction.GetBlob));
    }

    [Fact]
    public async Task An_image_that_the_source_does_not_have_stops_the_sync_with_its_exit_code_and_moves_no_tag()
    {
        _kustomization.Edit($"{Images}/overlays/production/kustomization.yaml", "v1.2.3 # the one line that a promotion edits", "v9.9.9");

        var result = await RunAsync(Images);

        Assert.True(result.ExitCode == 3, result.ToString());
        Assert.Empty(HookRun.ContentOf(_target));
    }

    [Fact]
    public async Task A_tag_that_is_taken_by_another_digest_stops_the_sync_with_its_exit_code()
    {
        _target.Push("shop/web", SampleImages.TwoPlatforms("someone-elses"), "v1.2.3");
        var before = HookRun.ContentOf(_target);

        var result = await RunAsync(Patches);

        Assert.True(result.ExitCode == 5, result.ToString());
        Assert.Equal(before, HookRun.ContentOf(_target));
    }

    private async Task PromoteAsync(string layout)
    {
        var result = await RunAsync(layout);
        Assert.True(result.ExitCode == 0, result.ToString());
    }

    private async Task<Tools.PromoterResult> RunAsync(string layout)
    {
        using var run = new HookRun(new HookJob((await _kustomization.BuildAsync($"{layout}/overlays/production")).Only("Job")));
        return await run.StartAsync();
    }
}
