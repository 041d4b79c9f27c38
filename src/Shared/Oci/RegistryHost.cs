using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Promoter.Oci;

/// <summary>The host (and port) of a registry as it stands in references.</summary>
public static class RegistryHost
{
    public static bool IsValid([NotNullWhen(true)] string? host, [NotNullWhen(false)] out string? problem)
    {
        problem = null;
        if (string.IsNullOrEmpty(host)) problem = "the registry host is empty";
        else if (!Uri.TryCreate("https://" + host, UriKind.Absolute, out var uri)
            || uri.PathAndQuery != "/" || uri.UserInfo.Length > 0 || !string.Equals(uri.Authority, Authority(host, uri), StringComparison.OrdinalIgnoreCase))
        {
            problem = $"'{host}' is not a registry host: write host or host:port";
        }
        else if (!IsDistinct(host))
        {
            problem = $"'{host}' is not a registry host: without a dot or a port it would be read as part of a repository's name";
        }

        return problem is null;
    }

    /// <summary>Whether the first component of a reference is a registry and not part of the repository (Docker's and containerd's rule).</summary>
    public static bool IsDistinct(ReadOnlySpan<char> component) => component.IndexOfAny('.', ':') >= 0 || component is "localhost";

    /// <summary>Whether this host is the machine itself, where plain HTTP is acceptable (as containerd and Docker decide it).</summary>
    public static bool IsLoopback(string host) =>
        Uri.TryCreate("https://" + host, UriKind.Absolute, out var uri)
        && (uri.Host is "localhost" || (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address)));

    // Uri drops the default port: "host:443" must stay valid although its authority prints as "host".
    private static string Authority(string host, Uri uri) => uri.IsDefaultPort && host.EndsWith(":443", StringComparison.Ordinal) ? host[..^4] : host;
}
