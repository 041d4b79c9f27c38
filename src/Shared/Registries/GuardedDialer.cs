using System.Net;
using System.Net.Sockets;

namespace Promoter.Registries;

/// <summary>Resolves a name, leaves out what the policy refuses, and connects to what is left: the address that was judged is the one that is used.</summary>
/// <param name="resolve">DNS; a parameter for tests.</param>
internal sealed class GuardedDialer(AddressPolicy policy, Func<string, CancellationToken, Task<IPAddress[]>> resolve)
{
    public static GuardedDialer Of(AddressPolicy policy) => new(policy, Dns.GetHostAddressesAsync);

    /// <exception cref="AddressRefusedException">Every address of the name is refused.</exception>
    public async ValueTask<Stream> DialAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var host = context.DnsEndPoint.Host;
        // Through a proxy, it is the proxy that is dialled, and the proxy that decides what lies behind it.
        var isProxy = context.InitialRequestMessage.RequestUri is { } uri && !string.Equals(uri.IdnHost.Trim('[', ']'), host.Trim('[', ']'), StringComparison.OrdinalIgnoreCase);
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await resolve(host, cancellationToken);
        return await ConnectAsync(isProxy ? addresses : Allowed(host, addresses), context.DnsEndPoint.Port, cancellationToken);
    }

    internal IPAddress[] Allowed(string host, IPAddress[] addresses)
    {
        var allowed = Array.FindAll(addresses, address => policy.Refuse(host, address) is null);
        if (allowed.Length > 0 || addresses.Length == 0) return allowed;
        throw new AddressRefusedException($"{policy.Refuse(host, addresses[0])}, where no registry is expected; if it is right, allow its network");
    }

    private static async ValueTask<Stream> ConnectAsync(IPAddress[] addresses, int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (addresses.Length == 0) throw new SocketException((int)SocketError.HostNotFound);
            await socket.ConnectAsync(addresses, port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
