using Promoter.Emulator.Faults;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;

namespace Promoter.Job.Tests.Commands;

public sealed class PromoteCommandTests
{
    [Fact]
    public async Task Only_covered_images_are_promoted_and_the_others_are_reported_with_the_reason()
    {
        await using var registries = await TwoRegistries.StartAsync();
        var image = registries.Source.Push("shop/web", SampleImages.Single("web"), "1");

        var result = await JobHarness.RunAsync("promote", "--from", registries.From("")[..^1], "--to", registries.To("")[..^1], "--output", "json", registries.To("shop/web:1"), "docker.io/library/nginx:1");

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(image.Digest, registries.Target.DigestOf("shop/web", "1"));
        Assert.Equal("docker.io/library/nginx:1", (string?)result.Json["skipped"]![0]!["reference"]);
        Assert.Contains("not a target registry", (string?)result.Json["skipped"]![0]!["reason"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_failed_image_moves_no_tag_and_the_next_run_finishes()
    {
        await using var registries = await TwoRegistries.StartAsync();
        registries.Source.Push("shop/web", SampleImages.Single("web"), "1");
        registries.Source.Push("shop/api", SampleImages.Single("api"), "1");
        registries.Source.Faults.Inject(Effect.Status(403), EmulatedAction.GetBlob, repository: "shop/api", times: 1);
        string[] promote = ["promote", "--from", registries.Source.ReferenceHost, "--to", registries.Target.ReferenceHost, registries.To("shop/web:1"), registries.To("shop/api:1")];

        var first = await JobHarness.RunAsync(promote);
        var tagsAfterFirst = (registries.Target.DigestOf("shop/web", "1"), registries.Target.DigestOf("shop/api", "1"));
        var second = await JobHarness.RunAsync(promote);

        Assert.True(first.ExitCode == 4, first.ToString());
        Assert.Equal((null, null), tagsAfterFirst);
        Assert.Contains("no tag has moved", first.Output, StringComparison.Ordinal);
        Assert.True(second.ExitCode == 0, second.ToString());
        Assert.Empty(registries.Target.FindProblems("shop/web", "1"));
        Assert.Empty(registries.Target.FindProblems("shop/api", "1"));
    }

    [Fact]
    public async Task Independent_images_are_committed_although_another_fails()
    {
        await using var registries = await TwoRegistries.StartAsync();
        var image = registries.Source.Push("shop/web", SampleImages.Single("web"), "1");

        var result = await JobHarness.RunAsync("promote", "--independent", "--from", registries.Source.ReferenceHost, "--to", registries.Target.ReferenceHost, registries.To("shop/web:1"), registries.To("shop/api:1"));

        Assert.True(result.ExitCode == 3, result.ToString());
        Assert.Equal(image.Digest, registries.Target.DigestOf("shop/web", "1"));
    }

    [Fact]
    public async Task A_rule_of_the_configuration_rewrites_the_repository_prefix_and_refuses_denied_tags()
    {
        await using var registries = await TwoRegistries.StartAsync();
        var image = registries.Source.Push("team/web", SampleImages.Single("web"), "1");
        using var config = JobHarness.ConfigFile($$"""
            rules:
            - name: apps
              source: {{registries.Source.ReferenceHost}}/team
              target: {{registries.Target.ReferenceHost}}/apps
              tags: { deny: ["latest"] }
            """);

        var promoted = await JobHarness.RunAsync("promote", "--config", config.Path, registries.To("apps/web:1"));
        var refused = await JobHarness.RunAsync("promote", "--config", config.Path, registries.To("apps/web:latest"));

        Assert.True(promoted.ExitCode == 0, promoted.ToString());
        Assert.Equal(image.Digest, registries.Target.DigestOf("apps/web", "1"));
        Assert.True(refused.ExitCode == 8, refused.ToString());
    }

    [Fact]
    public async Task An_unchanged_image_pinned_by_digest_costs_one_request_and_none_to_the_source()
    {
        await using var registries = await TwoRegistries.StartAsync();
        var image = registries.Source.Push("shop/web", SampleImages.TwoPlatforms("web"), "1");
        registries.Target.Push("shop/web", SampleImages.TwoPlatforms("web"), "1");

        var result = await JobHarness.RunAsync("promote", "--from", registries.Source.ReferenceHost, "--to", registries.Target.ReferenceHost, registries.To($"shop/web:1@{image.Digest}"));

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(0, registries.Source.Requests.Count());
        Assert.Equal(1, registries.Target.Requests.Count());
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 2)]
    public async Task A_plan_with_detailed_exit_codes_tells_whether_there_is_something_to_do(bool present, int exitCode)
    {
        await using var registries = await TwoRegistries.StartAsync();
        registries.Source.Push("shop/web", SampleImages.Single("web"), "1");
        if (present) registries.Target.Push("shop/web", SampleImages.Single("web"), "1");

        var result = await JobHarness.RunAsync("plan", "--detailed-exitcode", "--from", registries.Source.ReferenceHost, "--to", registries.Target.ReferenceHost, registries.To("shop/web:1"));

        Assert.True(result.ExitCode == exitCode, result.ToString());
        Assert.Empty(registries.Target.Requests.Writes());
    }

    [Fact]
    public async Task A_plan_in_JSON_says_of_each_image_what_is_missing_or_why_it_cannot_be_promoted()
    {
        await using var registries = await TwoRegistries.StartAsync();
        var image = registries.Source.Push("shop/web", SampleImages.Single("web"), "1");

        var result = await JobHarness.RunAsync(
            "plan", "--from", registries.Source.ReferenceHost, "--to", registries.Target.ReferenceHost, registries.To("shop/web:1"), registries.To("shop/gone:1"), "--output", "json");

        Assert.True(result.ExitCode == 3, result.ToString());
        var images = result.Json["images"]!.AsArray().ToDictionary(i => ((string)i!["target"]!).Split('/')[^1]);
        Assert.Equal(("toCopy", image.Digest, image.AllBlobs().Count), ((string)images["web:1"]!["state"]!, (string)images["web:1"]!["digest"]!, (int)images["web:1"]!["missingBlobs"]!));
        Assert.Equal(("failed", 3), ((string)images["gone:1"]!["state"]!, (int)images["gone:1"]!["errorExitCode"]!));
        Assert.Contains("shop/gone", (string?)images["gone:1"]!["error"], StringComparison.Ordinal);
    }
}
