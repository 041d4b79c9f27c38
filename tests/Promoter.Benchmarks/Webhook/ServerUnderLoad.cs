using System.Globalization;
using System.Text.RegularExpressions;
using Promoter.Interop.Tests.Tools;

namespace Promoter.Benchmarks.Webhook;

/// <summary>One of the two servers, as a process of its own.</summary>
internal sealed partial class ServerUnderLoad : IAsyncDisposable
{
    private readonly Daemon _daemon;

    private ServerUnderLoad(string name, Daemon daemon, Uri url, Uri? operations) => (Name, _daemon, Url, Operations) = (name, daemon, url, operations);

    public string Name { get; }

    /// <summary>Where reviews are sent.</summary>
    public Uri Url { get; }

    /// <summary>The metrics port; null where there is none.</summary>
    public Uri? Operations { get; }

    public IReadOnlyList<string> Output => _daemon.Lines;

    /// <summary>The largest resident set so far, as the kernel counted it.</summary>
    public long PeakMemoryBytes => 1024 * long.Parse(Peak.Match(File.ReadAllText($"/proc/{_daemon.ProcessId}/status")).Groups[1].Value, CultureInfo.InvariantCulture);

    public static async Task<ServerUnderLoad> StartAsync(string name, string program, IEnumerable<string> arguments, Func<string, bool> isReady, IReadOnlyDictionary<string, string>? environment = null)
    {
        var daemon = Daemon.Start(program, arguments, environment);
        var addresses = Address.Matches(await daemon.WaitForLineAsync(isReady));
        return new ServerUnderLoad(name, daemon, new Uri(new Uri(addresses[0].Value), "/mutate?timeout=10s"), addresses.Count > 1 ? new Uri(addresses[1].Value) : null);
    }

    /// <summary>A metric of the webhook's own; the sum of its series.</summary>
    public async Task<double> MetricAsync(string name)
    {
        using var client = new HttpClient(new SocketsHttpHandler());
        var text = await client.GetStringAsync(new Uri(Operations!, "/metrics"));
        return text.Split('\n').Where(line => line.StartsWith(name, StringComparison.Ordinal) && line[name.Length] is ' ' or '{')
            .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }

    public ValueTask DisposeAsync() => _daemon.DisposeAsync();

    [GeneratedRegex(@"https?://[\d.]+:\d+")]
    private static partial Regex Address { get; }

    [GeneratedRegex(@"VmHWM:\s+(\d+) kB")]
    private static partial Regex Peak { get; }
}
