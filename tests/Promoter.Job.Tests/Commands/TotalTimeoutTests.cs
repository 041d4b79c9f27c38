using System.Net;
using System.Net.Sockets;

namespace Promoter.Job.Tests.Commands;

public sealed class TotalTimeoutTests
{
    [Fact]
    public async Task A_run_that_takes_longer_than_its_limit_is_interrupted_and_says_why()
    {
        // Connections are taken and never answered.
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var config = JobHarness.ConfigFile(
            $$"""
            rules:
            - { name: apps, source: source.example, target: "{{silent.LocalEndpoint}}" }
            transfer: { idleTimeout: 100ms, totalTimeout: 200ms }
            """);

        var result = await JobHarness.RunAsync("promote", $"{silent.LocalEndpoint}/shop/web:1", "--config", config.Path);

        Assert.True(result.ExitCode == 7, result.ToString());
        Assert.Contains("stopped by transfer.totalTimeout (200ms) before anything was changed", result.Error, StringComparison.Ordinal);
    }
}
