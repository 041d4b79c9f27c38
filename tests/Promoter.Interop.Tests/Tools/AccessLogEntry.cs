using System.Globalization;
using System.Text.RegularExpressions;

namespace Promoter.Interop.Tests.Tools;

/// <summary>One request as the registry's own access log shows it (Apache's combined format).</summary>
public sealed partial record AccessLogEntry(string Method, string Path, string Query, int Status, string UserAgent)
{
    /// <summary>Whether the request brings content: opens or finishes an upload, sends a part of it, or puts a manifest.</summary>
    public bool Sends => Method is "POST" or "PUT" or "PATCH";

    public bool IsManifest => Path.Contains("/manifests/", StringComparison.Ordinal);

    public bool IsBlob => Path.Contains("/blobs/", StringComparison.Ordinal);

    /// <summary>The entry in a line of the log, or null where the line is something else.</summary>
    public static AccessLogEntry? Parse(string line)
    {
        if (Format().Match(line) is not { Success: true } match)
        {
            return null;
        }

        var target = match.Groups["target"].Value.Split('?', 2);
        return new AccessLogEntry(
            match.Groups["method"].Value,
            target[0],
            target.Length > 1 ? target[1] : "",
            int.Parse(match.Groups["status"].Value, CultureInfo.InvariantCulture),
            match.Groups["agent"].Value);
    }

    public override string ToString() => $"{Method} {Path}{(Query.Length > 0 ? "?" + Query : "")} -> {Status}";

    [GeneratedRegex("""^\S+ \S+ \S+ \[[^\]]*\] "(?<method>[A-Z]+) (?<target>\S+) HTTP/[0-9.]+" (?<status>\d+) \d+ "[^"]*" "(?<agent>[^"]*)"$""", RegexOptions.ExplicitCapture)]
    private static partial Regex Format();
}
