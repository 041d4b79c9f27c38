using Promoter.Interop.Tests.Tools;

namespace Promoter.Interop.Tests.Copying;

/// <summary>A chart that helm pushed is an artifact like any other: it is copied byte for byte, through a layout too, and helm pulls it.</summary>
public sealed class HelmChartTests
{
    [Fact]
    public async Task A_chart_that_helm_pushed_is_pulled_by_helm_from_where_it_was_copied_to()
    {
        using var promoter = new PromoterProcess();
        using var folder = new TemporaryFolder();
        var helm = new ExternalProgram(Toolbox.Require("helm"));
        await using var source = await DistributionRegistry.StartAsync();
        await using var target = await DistributionRegistry.StartAsync();
        await helm.RunAsync("package", Path.Combine(Toolbox.RepositoryRoot, "charts", "promoter-job"), "--version", "7.8.9", "--destination", folder["packed"]);
        var chart = folder["packed/promoter-job-7.8.9.tgz"];
        await helm.RunAsync("push", chart, $"oci://{source.Host}/charts", "--plain-http");

        await CopyAsync(promoter, source.Reference("charts/promoter-job:7.8.9"), $"oci:{folder["layout"]}");
        await CopyAsync(promoter, $"oci:{folder["layout"]}", target.Reference("team/promoter-job"));
        await helm.RunAsync("pull", $"oci://{target.Host}/team/promoter-job", "--version", "7.8.9", "--plain-http", "--destination", Directory.CreateDirectory(folder["pulled"]).FullName);

        Assert.Equal(await File.ReadAllBytesAsync(chart), await File.ReadAllBytesAsync(folder["pulled/promoter-job-7.8.9.tgz"]));
    }

    private static async Task CopyAsync(PromoterProcess promoter, string source, string target)
    {
        var result = await promoter.RunAsync("copy", source, target);
        Assert.True(result.ExitCode == 0, result.ToString());
    }
}
