using System.Net;
using System.Net.Sockets;

namespace Promoter.Registries;

/// <summary>
/// Which addresses registries may be at. Judged after names are resolved, so that no DNS record leads where no URL may: not to link-local addresses (where
/// clouds keep their credentials), and into private networks only for hosts that the configuration itself names.
/// </summary>
public sealed class AddressPolicy
{
    /// <summary>EC2's metadata service over IPv6, inside the unique local range.</summary>
    private static readonly IPAddress Metadata = IPAddress.Parse("fd00:ec2::254");

    /// <summary>Networks that may be reached by any host and any redirect.</summary>
    public IReadOnlyList<IPNetwork> Allowed { get; init; } = [];

    /// <summary>Whether a host may be at a private address. AWS's own names are: VPC endpoints resolve to one.</summary>
    public Func<string, bool> MayBePrivate { get; init; } = _ => false;

    /// <summary>Why a host may not be connected to at that address; null where it may be.</summary>
    /// <param name="host">Without port.</param>
    public string? Refuse(string host, IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (Allowed.Any(network => network.Contains(plain))) return null;
        if (IsLinkLocal(plain)) return $"{host} leads to the link-local address {plain}";
        return IsPrivate(plain) && !MayBePrivate(host) ? $"{host} leads to the private address {plain}" : null;
    }

    private static bool IsLinkLocal(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetworkV6) return address.IsIPv6LinkLocal || address.IsIPv6Multicast || address.Equals(Metadata) || address.Equals(IPAddress.IPv6Any);
        var b = address.GetAddressBytes();
        return b[0] == 0 || (b[0] == 169 && b[1] == 254) || b[0] >= 224;
    }

    private static bool IsPrivate(IPAddress address)
    {
        if (IPAddress.IsLoopback(address)) return true;
        if (address.AddressFamily == AddressFamily.InterNetworkV6) return address.IsIPv6UniqueLocal || address.IsIPv6SiteLocal;
        var b = address.GetAddressBytes();
        return b[0] == 10 || (b[0] == 172 && b[1] is >= 16 and <= 31) || (b[0] == 192 && b[1] == 168) || (b[0] == 100 && b[1] is >= 64 and <= 127);
    }
}

/// <summary>Nothing was sent: the address is one that registries may not be at.</summary>
public sealed class AddressRefusedException(string message) : IOException(message);
