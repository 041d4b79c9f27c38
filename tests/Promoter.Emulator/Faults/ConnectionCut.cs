using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;

namespace Promoter.Emulator.Faults;

/// <summary>Unwinds a handler whose connection has been cut on purpose.</summary>
internal sealed class ConnectionCutException() : IOException("the connection was cut by an injected fault");

internal static class ConnectionCut
{
    /// <summary>Sends RST instead of FIN, where the connection is ours alone (HTTP/1.1); a stream of HTTP/2 is reset.</summary>
    public static ConnectionCutException Reset(HttpContext context)
    {
        if (context.Request.Protocol == HttpProtocol.Http11 && context.Features.Get<IConnectionSocketFeature>()?.Socket is { } socket)
        {
            try
            {
                socket.LingerState = new LingerOption(enable: true, seconds: 0);
                socket.Close();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The client was faster.
            }
        }

        context.Abort();
        return new ConnectionCutException();
    }

    /// <summary>Closes the connection after what has been written so far.</summary>
    public static ConnectionCutException Close(HttpContext context)
    {
        context.Abort();
        return new ConnectionCutException();
    }
}
