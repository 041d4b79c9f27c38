using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;

namespace Promoter.Emulator.Faults;

/// <summary>Unwinds a handler whose connection is cut on purpose.</summary>
/// <param name="isOrderly">Kestrel itself closes the connection behind what has been written, because the response is shorter than announced.</param>
internal sealed class ConnectionCutException(bool isOrderly) : IOException("the connection was cut by an injected fault")
{
    public bool IsOrderly { get; } = isOrderly;
}

internal static class ConnectionCut
{
    /// <summary>Sends RST instead of FIN, once the client has everything that was written; a stream of HTTP/2 is reset.</summary>
    public static async ValueTask<ConnectionCutException> ResetAsync(HttpContext context, CancellationToken cancellationToken)
    {
        if (SocketOf(context) is { } socket)
        {
            try
            {
                // A reset throws away what is still in the send buffer.
                await SendBuffer.DrainAsync(socket, cancellationToken);
                socket.LingerState = new LingerOption(enable: true, seconds: 0);
                socket.Close();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The client was faster.
            }
        }

        context.Abort();
        return new ConnectionCutException(isOrderly: false);
    }

    /// <summary>Closes the connection (FIN) behind what has been written so far.</summary>
    public static ConnectionCutException Close(HttpContext context)
    {
        if (context.Response.HasStarted) return new ConnectionCutException(isOrderly: true);
        try
        {
            SocketOf(context)?.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The client was faster.
        }

        context.Abort();
        return new ConnectionCutException(isOrderly: false);
    }

    // With HTTP/2 the connection carries other requests too.
    private static Socket? SocketOf(HttpContext context) =>
        HttpProtocol.IsHttp11(context.Request.Protocol) ? context.Features.Get<IConnectionSocketFeature>()?.Socket : null;
}
