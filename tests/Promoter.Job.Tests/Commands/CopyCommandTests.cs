using Promoter.Emulator.Images;

namespace Promoter.Job.Tests.Commands;

public sealed class CopyCommandTests
{
    [Fact]
    public async Task A_multi_platform_image_is_copied_with_its_tag_and_digest()
    {
        await using var registries = await TwoRegistries.StartAsync();
        var image = registries.Source.Push("shop/web", SampleImages.TwoPlatforms("web"), "1.4.2");

        var result = await JobHarness.RunAsync("copy", registries.From("shop/web:1.4.2"), registries.To("shop/web:1.4.2"));

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(image.Digest, registries.Target.DigestOf("shop/web", "1.4.2"));
        Assert.Empty(registries.Target.FindProblems("shop/web", "1.4.2"));
        Assert.Contains($"promoted      {registries.To("shop/web:1.4.2")}", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_target_keeps_the_tag_of_the_source_where_it_names_none()
    {
        await using var registries = await TwoRegistries.StartAsync();
        var image = registries.Source.Push("shop/web", SampleImages.Single("web"), "1.4.2");

        var result = await JobHarness.RunAsync("copy", registries.From("shop/web:1.4.2"), registries.To("shop/web"));

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(image.Digest, registries.Target.DigestOf("shop/web", "1.4.2"));
    }

    [Fact]
    public async Task A_tag_that_points_elsewhere_is_a_conflict_that_names_both_digests()
    {
        await using var registries = await TwoRegistries.StartAsync();
        var wanted = registries.Source.Push("shop/web", SampleImages.Single("new"), "1.4.2");
        var present = registries.Target.Push("shop/web", SampleImages.Single("old"), "1.4.2");

        var result = await JobHarness.RunAsync("copy", registries.From("shop/web:1.4.2"), registries.To("shop/web:1.4.2"));

        Assert.True(result.ExitCode == 5, result.ToString());
        Assert.Contains(wanted.Digest, result.Output, StringComparison.Ordinal);
        Assert.Contains(present.Digest, result.Output, StringComparison.Ordinal);
        Assert.Contains("--move-tags", result.Output, StringComparison.Ordinal);
        Assert.Equal(present.Digest, registries.Target.DigestOf("shop/web", "1.4.2"));
    }

    [Fact]
    public async Task A_tag_may_move_where_the_user_says_so()
    {
        await using var registries = await TwoRegistries.StartAsync();
        var wanted = registries.Source.Push("shop/web", SampleImages.Single("new"), "1.4.2");
        var present = registries.Target.Push("shop/web", SampleImages.Single("old"), "1.4.2");

        var result = await JobHarness.RunAsync("copy", "--move-tags", "--output", "json", registries.From("shop/web:1.4.2"), registries.To("shop/web:1.4.2"));

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(wanted.Digest, registries.Target.DigestOf("shop/web", "1.4.2"));
        var tag = result.Json["tags"]![0]!;
        Assert.Equal(present.Digest, (string?)tag["previousDigest"]);
        Assert.Equal(wanted.Digest, (string?)tag["digest"]);
    }

    [Fact]
    public async Task An_image_that_is_not_at_the_source_exits_with_3_and_says_what_to_do()
    {
        await using var registries = await TwoRegistries.StartAsync();

        var result = await JobHarness.RunAsync("copy", registries.From("shop/web:9"), registries.To("shop/web:9"));

        Assert.True(result.ExitCode == 3, result.ToString());
        Assert.Contains("is not at the source", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unsigned_image_is_refused_where_a_signature_is_required()
    {
        await using var registries = await TwoRegistries.StartAsync();
        registries.Source.Push("shop/web", SampleImages.Single("web"), "1");

        var result = await JobHarness.RunAsync("copy", "--require-signature", registries.From("shop/web:1"), registries.To("shop/web:1"));

        Assert.True(result.ExitCode == 8, result.ToString());
        Assert.Null(registries.Target.DigestOf("shop/web", "1"));
    }

    [Fact]
    public async Task A_dry_run_sends_nothing_to_the_target()
    {
        await using var registries = await TwoRegistries.StartAsync();
        registries.Source.Push("shop/web", SampleImages.Single("web"), "1");

        var result = await JobHarness.RunAsync("copy", "--dry-run", registries.From("shop/web:1"), registries.To("shop/web:1"));

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Contains("to copy", result.Output, StringComparison.Ordinal);
        Assert.Empty(registries.Target.Requests.Writes());
    }

    [Fact]
    public async Task Two_digests_that_differ_are_a_usage_error()
    {
        var (a, b) = ("sha256:" + new string('a', 64), "sha256:" + new string('b', 64));

        var result = await JobHarness.RunAsync("copy", $"127.0.0.1:1/x@{a}", $"127.0.0.1:1/y@{b}");

        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Contains(a, result.Error, StringComparison.Ordinal);
        Assert.Contains(b, result.Error, StringComparison.Ordinal);
    }
}
