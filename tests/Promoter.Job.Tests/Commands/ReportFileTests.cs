using System.Text.Json.Nodes;
using Promoter.Emulator.Images;

namespace Promoter.Job.Tests.Commands;

/// <summary>What promote and copy leave behind on the machine that they run on.</summary>
public sealed class ReportFileTests : IDisposable
{
    private readonly TemporaryFile _folder = new("");

    private string Report => System.IO.Path.Combine(System.IO.Path.GetDirectoryName(_folder.Path)!, "report.json");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_report_file_holds_what_output_json_prints_and_rollback_reads_it()
    {
        await using var registries = await TwoRegistries.StartAsync();
        var image = registries.Source.Push("shop/web", SampleImages.Single("web"), "1");

        var result = await JobHarness.RunAsync("promote", "--from", registries.Source.ReferenceHost, "--to", registries.Target.ReferenceHost, "--output", "json", "--report-file", Report, registries.To("shop/web:1"));
        var rolledBack = await JobHarness.RunAsync("rollback", Report);

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.True(JsonNode.DeepEquals(result.Json, JsonNode.Parse(await File.ReadAllTextAsync(Report, TestContext.Current.CancellationToken))));
        Assert.Equal(image.Digest, (string)result.Json["images"]![0]!["digest"]!);
        Assert.True(rolledBack.ExitCode == 0, rolledBack.ToString());
        Assert.Contains("was made by that run", rolledBack.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("promote", "shop/missing:1", 3, "PromotionReport")]
    [InlineData("promote", "not an image", 2, "Error")]
    public async Task A_failure_leaves_a_report_as_well_and_the_last_line_on_stdout_is_for_people(string command, string image, int exitCode, string kind)
    {
        await using var registries = await TwoRegistries.StartAsync();

        var result = await JobHarness.RunAsync(command, "--from", registries.Source.ReferenceHost, "--to", registries.Target.ReferenceHost, "--report-file", Report, registries.To(image));

        Assert.True(result.ExitCode == exitCode, result.ToString());
        var report = JsonNode.Parse(await File.ReadAllTextAsync(Report, TestContext.Current.CancellationToken))!;
        Assert.Equal((kind, exitCode), ((string)report["kind"]!, (int)report["exitCode"]!));
        Assert.StartsWith($"failed (exit code {exitCode})", result.Output.TrimEnd().Split('\n')[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_success_ends_with_one_line_for_people()
    {
        await using var registries = await TwoRegistries.StartAsync();
        registries.Source.Push("shop/web", SampleImages.Single("web"), "1");

        var result = await JobHarness.RunAsync("copy", registries.From("shop/web:1"), registries.To("shop/web:1"), "--report-file", Report);

        Assert.Matches(@"^1 promoted; .* copied in \d+\.\d s$", result.Output.TrimEnd().Split('\n')[^1].TrimEnd());
        Assert.True(File.Exists(Report));
    }

    [Fact]
    public async Task A_report_that_cannot_be_written_is_a_usage_error_before_anything_is_done()
    {
        await using var registries = await TwoRegistries.StartAsync();
        registries.Source.Push("shop/web", SampleImages.Single("web"), "1");

        var result = await JobHarness.RunAsync("copy", registries.From("shop/web:1"), registries.To("shop/web:1"), "--report-file", Report + "/no/such/folder.json");

        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Contains("the report cannot be written to", result.Error, StringComparison.Ordinal);
        Assert.Empty(registries.Target.Requests.All);
    }

    [Fact]
    public async Task A_dry_run_leaves_nothing_behind()
    {
        await using var registries = await TwoRegistries.StartAsync();
        registries.Source.Push("shop/web", SampleImages.Single("web"), "1");

        var result = await JobHarness.RunAsync("copy", "--dry-run", registries.From("shop/web:1"), registries.To("shop/web:1"), "--report-file", Report);

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.False(File.Exists(Report));
    }

    [Fact]
    public async Task A_name_that_no_config_map_can_have_is_a_usage_error()
    {
        var result = await JobHarness.RunAsync("copy", "a:1", "b:1", "--report-configmap", "Last_Promotion");

        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Contains("cannot name a ConfigMap", result.Error, StringComparison.Ordinal);
    }
}
