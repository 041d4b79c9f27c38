using Promoter.Emulator;
using Promoter.Emulator.Faults;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;

namespace Promoter.Job.Tests.Commands;

/// <summary>Bad input is input: each kind has its exit code and a message that says what to do.</summary>
public sealed class BadInputTests
{
    private const string Source = "127.0.0.1:1";

    [Theory]
    [InlineData("127.0.0.1:1/Shop/Web:1", "upper-case letters are not allowed")]
    [InlineData("127.0.0.1:1/shop/web@sha256:abc", "64 lower-case hexadecimal digits")]
    [InlineData("127.0.0.1:1/shop/web@md5:abc", "digest algorithm 'md5' is not supported")]
    [InlineData("127.0.0.1:1/shop/web:" + "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "at most 128")]
    [InlineData("", "it is empty")]
    [InlineData("https://example.com/shop/web:1", "URL scheme")]
    [InlineData("shop/web:", "the tag is empty")]
    public async Task A_malformed_reference_exits_with_2_and_says_what_is_wrong(string reference, string reason)
    {
        var result = await JobHarness.RunAsync("copy", reference, "127.0.0.1:1/x:1");

        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Contains(reason, result.Error, StringComparison.Ordinal);
        Assert.StartsWith("failed (exit code 2): SOURCE: ", Assert.Single(result.Output.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("frobnicate")]
    [InlineData("copy", "--frobnicate", "a:1", "b:1")]
    [InlineData("copy", "only-one:1")]
    [InlineData("promote", "--output", "xml", "a:1")]
    [InlineData("copy", "--referrers", "all,none", "a:1", "b:1")]
    public async Task Unknown_verbs_and_flags_exit_with_2_and_point_to_the_help(params string[] args)
    {
        var result = await JobHarness.RunAsync(args);

        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Contains("--help", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plan", "--detailed-exitcode", "--frobnicate", "a:1")]
    [InlineData("plan", "--detailed-exitcode", "--config", "/does/not/exist", "a:1")]
    [InlineData("plan", "--detailed-exitcode", "--from", Source, "--to", Source, "A:1")]
    public async Task A_mistake_does_not_look_like_work_to_do(params string[] args)
    {
        var result = await JobHarness.RunAsync(args);

        Assert.True(result.ExitCode == 1, result.ToString());
    }

    [Theory]
    [InlineData("promote", "--frobnicate")]
    [InlineData("plan", "--frobnicate", "a:1")]
    [InlineData("copy", "--frobnicate", "a:1")]
    public async Task A_flag_that_does_not_exist_is_called_that_and_not_an_image(params string[] args)
    {
        var result = await JobHarness.RunAsync(args);

        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Contains("unknown option --frobnicate", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unknown command 'promot': did you mean promote?", "promoter --help", "promot")]
    [InlineData("say which command: promote, plan, images", "promoter --help")]
    [InlineData("unknown command 'kustomiz': did you mean kustomize?", "promoter generate --help", "generate", "kustomiz")]
    [InlineData("unknown option --frm: did you mean --from?", "promoter plan --help", "plan", "--frm", "a.example")]
    [InlineData("'c' is one argument too many", "promoter copy --help", "copy", "a:1", "b:1", "c")]
    [InlineData("--output: 'xml' is none of text, json", "promoter plan --help", "plan", "--output", "xml", "a:1")]
    [InlineData("--log-level: 'loud' is none of trace, debug, information, warning, error, critical, none", "promoter plan --help", "plan", "--log-level", "loud")]
    [InlineData("--referrers: 'sbom' is not an artifact type", "promoter plan --help", "plan", "--referrers", "sbom", "a:1")]
    public async Task A_slip_is_answered_in_one_sentence_with_what_was_probably_meant(string sentence, string help, params string[] args)
    {
        var result = await JobHarness.RunAsync(args);

        Assert.True(result.ExitCode == 2, result.ToString());
        var lines = result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Equal(2, lines.Length);
        Assert.StartsWith($"promoter: {sentence}", lines[0], StringComparison.Ordinal);
        Assert.Equal($"promoter: see '{help}'", lines[1]);
    }

    [Fact]
    public async Task Help_exits_with_0_and_lists_the_commands()
    {
        var result = await JobHarness.RunAsync("--help");

        Assert.Equal(0, result.ExitCode);
        foreach (var command in (string[])["promote", "plan", "images", "copy", "doctor", "rollback", "hook"]) Assert.Contains(command, result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_that_says_where_images_come_from_exits_with_2()
    {
        var result = await JobHarness.RunAsync("promote", $"{Source}/shop/web:1");

        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Contains("--from REGISTRY --to REGISTRY", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_image_at_all_exits_with_2()
    {
        var result = await JobHarness.RunAsync("promote", "--from", "127.0.0.1:1", "--to", "127.0.0.1:2");

        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Contains("name no image at all", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_configuration_with_an_error_exits_with_2_and_gives_file_line_and_column()
    {
        using var config = JobHarness.ConfigFile("rulez: []\n");

        var result = await JobHarness.RunAsync("plan", "--config", config.Path, $"{Source}/shop/web:1");

        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Contains($"{config.Path}:3:1", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_that_is_down_exits_with_6()
    {
        using var config = JobHarness.ConfigFile("transfer: { retries: 0 }\n");

        var result = await JobHarness.RunAsync("copy", "--config", config.Path, $"{Source}/shop/web:1", $"{Source}/shop/other:1");

        Assert.True(result.ExitCode == 6, result.ToString());
        Assert.Contains("refused the connection", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_is_not_trusted_exits_with_6_and_says_where_to_add_its_CA()
    {
        await using var target = await EmulatedRegistry.StartAsync(new RegistryOptions { Name = "tls", Tls = true });
        using var config = JobHarness.ConfigFile($"registries:\n- host: {target.ReferenceHost}\n  endpoint: https://{target.Host}\n");

        var result = await JobHarness.RunAsync("copy", "--config", config.Path, "127.0.0.1:1/shop/web:1", $"{target.ReferenceHost}/shop/web:1");

        Assert.True(result.ExitCode == 6, result.ToString());
        Assert.Contains("is not trusted", result.Output, StringComparison.Ordinal);
        Assert.Contains("SSL_CERT_FILE", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Html_where_a_manifest_was_due_names_the_proxy()
    {
        await using var registries = await TwoRegistries.StartAsync();
        registries.Source.Push("shop/web", SampleImages.Single("web"), "1");
        registries.Source.Faults.Inject(Effect.Html(), EmulatedAction.GetManifest, times: FaultScript.Always);

        var result = await JobHarness.RunAsync("copy", registries.From("shop/web:1"), registries.To("shop/web:1"));

        Assert.True(result.ExitCode == 1, result.ToString());
        Assert.Contains("HTML page", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_images_that_claim_one_target_tag_exit_with_2()
    {
        var (a, b) = ("sha256:" + new string('a', 64), "sha256:" + new string('b', 64));

        var result = await JobHarness.RunAsync("plan", "--from", "127.0.0.1:1", "--to", "127.0.0.1:2", $"127.0.0.1:2/shop/web:1@{a}", $"127.0.0.1:2/shop/web:1@{b}");

        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Contains("two images claim the target 127.0.0.1:2/shop/web:1", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_is_one_json_document_where_json_was_asked_for()
    {
        var result = await JobHarness.RunAsync("promote", "--output", "json", $"{Source}/shop/web:1");

        Assert.Equal(2, result.ExitCode);
        Assert.Equal(2, (int)result.Json["exitCode"]!);
        Assert.Equal("Error", (string?)result.Json["kind"]);
    }
}
