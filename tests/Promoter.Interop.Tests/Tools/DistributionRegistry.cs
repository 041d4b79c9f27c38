using System.Text.RegularExpressions;

namespace Promoter.Interop.Tests.Tools;

/// <summary>CNCF Distribution (Debian's docker-registry) on a free loopback port, with its own storage and its access log kept.</summary>
public sealed partial class DistributionRegistry : IAsyncDisposable
{
    private static readonly HttpClient Client = new();

    private readonly TemporaryFolder _folder;
    private readonly Daemon _daemon;
    private int _markers;

    private DistributionRegistry(TemporaryFolder folder, Daemon daemon, string host)
    {
        _folder = folder;
        _daemon = daemon;
        Host = host;
    }

    /// <summary>Host and port as they stand in references.</summary>
    public string Host { get; }

    public int ProcessId => _daemon.ProcessId;

    /// <summary>Starts an instance; the running test is skipped where docker-registry is not installed.</summary>
    public static async Task<DistributionRegistry> StartAsync(RegistryAuthentication? authentication = null)
    {
        var program = Toolbox.Require("docker-registry");
        var folder = new TemporaryFolder();
        // Port 0 and the port that the log names: nobody can take the port in between.
        var configuration = folder.Write("config.yml", $"""
            version: 0.1
            log:
              accesslog:
                disabled: false
              level: info
              formatter: text
            storage:
              filesystem:
                rootdirectory: {folder["storage"]}
              delete:
                enabled: true
            http:
              addr: 127.0.0.1:0
            {(authentication ?? RegistryAuthentication.None).Configure(folder)}
            """);
        var daemon = Daemon.Start(program, ["serve", configuration]);
        try
        {
            var line = await daemon.WaitForLineAsync(line => Listening().IsMatch(line));
            return new DistributionRegistry(folder, daemon, Listening().Match(line).Groups["address"].Value);
        }
        catch
        {
            await daemon.DisposeAsync();
            folder.Dispose();
            throw;
        }
    }

    /// <summary>The reference of an image here, e.g. <c>registry.Reference("shop/web:1")</c>.</summary>
    public string Reference(string image) => $"{Host}/{image}";

    /// <summary>Every request that was answered before this call, in the log's order.</summary>
    public async Task<IReadOnlyList<AccessLogEntry>> ReadAccessLogAsync()
    {
        // The log is written by another process: a request of our own, recognised when it arrives, tells that all before it are there.
        var marker = $"/v2/?marker={Interlocked.Increment(ref _markers)}";
        using (await Client.GetAsync($"http://{Host}{marker}"))
        {
            await _daemon.WaitForLineAsync(line => line.Contains($"GET {marker} ", StringComparison.Ordinal));
        }

        return [.. _daemon.Lines.Select(AccessLogEntry.Parse).OfType<AccessLogEntry>().Where(entry => !entry.Query.StartsWith("marker=", StringComparison.Ordinal))];
    }

    /// <summary>The requests that <paramref name="action"/> causes here.</summary>
    public async Task<IReadOnlyList<AccessLogEntry>> RecordAsync(Func<Task> action)
    {
        var before = await ReadAccessLogAsync();
        await action();
        var after = await ReadAccessLogAsync();
        return [.. after.Skip(before.Count)];
    }

    public async ValueTask DisposeAsync()
    {
        await _daemon.DisposeAsync();
        _folder.Dispose();
    }

    [GeneratedRegex(@"listening on (?<address>127\.0\.0\.1:\d+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Listening();
}
