using System.Globalization;
using System.Text.RegularExpressions;
using Promoter.Interop.Tests.Tools;

namespace Promoter.Benchmarks.Webhook;

/// <summary>What a load generator reported.</summary>
/// <param name="Failed">Requests without an answer, or with another status than 200.</param>
internal sealed record LoadResult(double RequestsPerSecond, TimeSpan P50, TimeSpan P99, long Requests, long Failed);

/// <summary>Real load generators: wrk as fast as it goes, hey at a given rate.</summary>
internal sealed partial class LoadGenerator(TemporaryFolder work, string bodyFile)
{
    private const int Connections = 16;
    private readonly string _script = work.Write("post.lua", $"""
        local file = io.open("{bodyFile}", "rb")
        wrk.method = "POST"
        wrk.body = file:read("*a")
        wrk.headers["Content-Type"] = "application/json"
        """);

    /// <summary>As many requests as two threads and 16 connections can send.</summary>
    public async Task<LoadResult> SaturateAsync(Uri url, TimeSpan duration)
    {
        var result = await new ExternalProgram(Toolbox.Require("wrk")).RunAsync("-t2", $"-c{Connections}", $"-d{duration.TotalSeconds:0}s", "--latency", "-s", _script, url.AbsoluteUri);
        var text = result.Text;
        var errors = WrkErrors.Match(text);
        return new LoadResult(
            Number(WrkRate.Match(text)),
            Duration(WrkP50.Match(text)),
            Duration(WrkP99.Match(text)),
            (long)Number(WrkTotal.Match(text)),
            (errors.Success ? errors.Groups["n"].Captures.Sum(capture => long.Parse(capture.Value, CultureInfo.InvariantCulture)) : 0) + (WrkStatus.Match(text) is { Success: true } status ? (long)Number(status) : 0));
    }

    /// <summary>A steady rate over 20 connections.</summary>
    /// <param name="keepAlive">Without it every request makes a connection, and a handshake, of its own.</param>
    public async Task<LoadResult> SendAsync(Uri url, int perSecond, TimeSpan duration, bool keepAlive = true)
    {
        const int Workers = 20;
        string[] options = keepAlive ? [] : ["-disable-keepalive"];
        var result = await new ExternalProgram(Toolbox.Require("hey")).RunAsync(
            [.. options, "-z", $"{duration.TotalSeconds:0}s", "-c", $"{Workers}", "-q", $"{perSecond / Workers}", "-m", "POST", "-T", "application/json", "-D", bodyFile, url.AbsoluteUri]);
        var text = result.Text;
        var statuses = HeyStatus.Matches(text).Sum(match => match.Groups["code"].Value == "200" ? 0 : (long)Number(match));
        var good = HeyStatus.Matches(text).Where(match => match.Groups["code"].Value == "200").Sum(match => (long)Number(match));
        var errors = text.Contains("Error distribution", StringComparison.Ordinal) ? HeyError.Matches(text[text.IndexOf("Error distribution", StringComparison.Ordinal)..]).Sum(match => (long)Number(match)) : 0;
        return new LoadResult(Number(HeyRate.Match(text)), Seconds(HeyP50.Match(text)), Seconds(HeyP99.Match(text)), good + statuses + errors, statuses + errors);
    }

    private static double Number(Match match) => match.Success
        ? double.Parse(match.Groups["n"].Value, CultureInfo.InvariantCulture)
        : throw new FormatException("The load generator printed something that is not known: another version of wrk or hey?");

    private static TimeSpan Seconds(Match match) => TimeSpan.FromSeconds(Number(match));

    private static TimeSpan Duration(Match match) => match.Groups["unit"].Value switch
    {
        "us" => TimeSpan.FromMicroseconds(Number(match)),
        "ms" => TimeSpan.FromMilliseconds(Number(match)),
        _ => TimeSpan.FromSeconds(Number(match)),
    };

    [GeneratedRegex(@"Requests/sec:\s+(?<n>[\d.]+)")]
    private static partial Regex WrkRate { get; }

    [GeneratedRegex(@"\s50%\s+(?<n>[\d.]+)(?<unit>us|ms|s)")]
    private static partial Regex WrkP50 { get; }

    [GeneratedRegex(@"\s99%\s+(?<n>[\d.]+)(?<unit>us|ms|s)")]
    private static partial Regex WrkP99 { get; }

    [GeneratedRegex(@"(?<n>\d+) requests in")]
    private static partial Regex WrkTotal { get; }

    [GeneratedRegex(@"Socket errors: connect (?<n>\d+), read (?<n>\d+), write (?<n>\d+), timeout (?<n>\d+)")]
    private static partial Regex WrkErrors { get; }

    [GeneratedRegex(@"Non-2xx or 3xx responses: (?<n>\d+)")]
    private static partial Regex WrkStatus { get; }

    [GeneratedRegex(@"Requests/sec:\s+(?<n>[\d.]+)")]
    private static partial Regex HeyRate { get; }

    [GeneratedRegex(@"50% in (?<n>[\d.]+) secs")]
    private static partial Regex HeyP50 { get; }

    [GeneratedRegex(@"99% in (?<n>[\d.]+) secs")]
    private static partial Regex HeyP99 { get; }

    [GeneratedRegex(@"\[(?<code>\d{3})\]\s+(?<n>\d+) responses")]
    private static partial Regex HeyStatus { get; }

    [GeneratedRegex(@"\[(?<n>\d+)\]\s+\S")]
    private static partial Regex HeyError { get; }
}
