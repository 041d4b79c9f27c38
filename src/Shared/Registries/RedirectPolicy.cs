using System.Net;
using System.Net.Sockets;
using Promoter.Oci;

namespace Promoter.Registries;

/// <summary>Where a registry may send us: never from TLS to plain HTTP, never to an address inside our network that the registry itself is not in.</summary>
internal static class RedirectPolicy
{
    /// <summary>ECR and most registries redirect once; a longer chain is a loop.</summary>
    public const int MaxHops = 5;

    /// <summary>Why <paramref name="target"/> must not be followed; null where it may be.</summary>
    public static string? Refuse(RegistryEndpoint from, Uri? target)
    {
        if (target is null) return "its Location is not a URL";
        if (target.Scheme != Uri.UriSchemeHttps && target.Scheme != Uri.UriSchemeHttp) return $"it leads to the scheme '{target.Scheme}'";
        if (target.Scheme == Uri.UriSchemeHttp && !from.IsPlainHttp) return "it leads from HTTPS to plain HTTP";
        return IsInternal(target) && !IsInternal(from.BaseUri) ? $"it leads to the internal address {target.Host}" : null;
    }

    internal static bool IsInternal(Uri uri)
    {
        var host = uri.Host.TrimEnd('.');
        if (RegistryHost.IsLoopback(uri.Authority) || host == "localhost" || host.EndsWith(".localhost", StringComparison.Ordinal)) return true;
        if (!IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address)) return false;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (address.AddressFamily == AddressFamily.InterNetworkV6) return address.IsIPv6LinkLocal || address.IsIPv6UniqueLocal || address.Equals(IPAddress.IPv6Any);
        var b = address.GetAddressBytes();
        return b[0] is 0 or 10 || (b[0] == 172 && b[1] is >= 16 and <= 31) || (b[0] == 192 && b[1] == 168) || (b[0] == 169 && b[1] == 254) || (b[0] == 100 && b[1] is >= 64 and <= 127);
    }
}
