using Promoter.Emulator.Images;

namespace Promoter.Job.Tests.Commands;

public sealed class RollbackCommandTests
{
    [Fact]
    public async Task A_moved_tag_points_again_to_where_it_pointed_before_the_run()
    {
        await using var registries = await TwoRegistries.StartAsync();
        registries.Source.Push("shop/web", SampleImages.Single("new"), "stable");
        var before = registries.Target.Push("shop/web", SampleImages.Single("old"), "stable");
        using var report = new TemporaryFile((await CopyAsync(registries, "stable")).Output);

        var result = await JobHarness.RunAsync("rollback", report.Path);
        var again = await JobHarness.RunAsync("rollback", report.Path);

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(before.Digest, registries.Target.DigestOf("shop/web", "stable"));
        Assert.True(again.ExitCode == 0, again.ToString());
        Assert.Contains("already points to", again.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tag_that_someone_moved_since_is_left_alone_and_is_a_conflict()
    {
        await using var registries = await TwoRegistries.StartAsync();
        registries.Source.Push("shop/web", SampleImages.Single("new"), "stable");
        registries.Target.Push("shop/web", SampleImages.Single("old"), "stable");
        using var report = new TemporaryFile((await CopyAsync(registries, "stable")).Output);
        var other = registries.Target.Push("shop/web", SampleImages.Single("other"), "stable");

        var result = await JobHarness.RunAsync("rollback", report.Path);

        Assert.True(result.ExitCode == 5, result.ToString());
        Assert.Equal(other.Digest, registries.Target.DigestOf("shop/web", "stable"));
    }

    [Fact]
    public async Task A_tag_that_the_run_made_is_left_and_named()
    {
        await using var registries = await TwoRegistries.StartAsync();
        var image = registries.Source.Push("shop/web", SampleImages.Single("new"), "1");
        using var report = new TemporaryFile((await CopyAsync(registries, "1")).Output);

        var result = await JobHarness.RunAsync("rollback", report.Path);

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Contains("nothing is ever deleted", result.Output, StringComparison.Ordinal);
        Assert.Equal(image.Digest, registries.Target.DigestOf("shop/web", "1"));
    }

    [Theory]
    [InlineData(false, "restored", 0)]
    [InlineData(true, "failed", 2)]
    public async Task In_JSON_each_tag_says_what_became_of_it_and_why_not(bool deletedSince, string outcome, int exitCode)
    {
        await using var registries = await TwoRegistries.StartAsync();
        registries.Source.Push("shop/web", SampleImages.Single("new"), "stable");
        var before = registries.Target.Push("shop/web", SampleImages.Single("old"), "stable");
        using var report = new TemporaryFile((await CopyAsync(registries, "stable")).Output);
        if (deletedSince) registries.Target.RemoveManifest("shop/web", before.Digest);

        var result = await JobHarness.RunAsync("rollback", report.Path, "--output", "json");

        Assert.True(result.ExitCode == exitCode, result.ToString());
        var tag = Assert.Single(result.Json["tags"]!.AsArray())!;
        Assert.Equal(("stable", outcome, before.Digest), ((string)tag["tag"]!, (string)tag["outcome"]!, (string)tag["digest"]!));
        if (deletedSince) Assert.Contains($"no longer has {before.Digest}", (string?)tag["error"], StringComparison.Ordinal);
        else Assert.Null(tag["error"]);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{}")]
    [InlineData("""{"kind":"PromotionPlan","tags":[]}""")]
    public async Task What_is_no_report_exits_with_2(string text)
    {
        using var report = new TemporaryFile(text);

        var result = await JobHarness.RunAsync("rollback", report.Path);

        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Contains(report.Path, result.Error, StringComparison.Ordinal);
    }

    private static Task<JobResult> CopyAsync(TwoRegistries registries, string tag) =>
        JobHarness.RunAsync("copy", "--move-tags", "--output", "json", registries.From($"shop/web:{tag}"), registries.To($"shop/web:{tag}"));
}
