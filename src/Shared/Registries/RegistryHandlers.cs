using System.Net;

namespace Promoter.Registries;

/// <summary>The only place that makes HTTP handlers for registries, so that every one has the same guarded defaults.</summary>
internal static class RegistryHandlers
{
    public static SocketsHttpHandler Create(RegistryClientOptions options) => new()
    {
        // Redirects are followed by RegistryTransport, which decides what may cross hosts.
        AllowAutoRedirect = false,
        // Digests are of the bytes as stored.
        AutomaticDecompression = DecompressionMethods.None,
        UseCookies = false,
        ConnectTimeout = options.ConnectTimeout,
        // Object stores rotate their addresses; without a lifetime DNS is never asked again.
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
        MaxConnectionsPerServer = options.MaxConnectionsPerHost,
        EnableMultipleHttp2Connections = true,
        ConnectCallback = options.Addresses is { } policy ? GuardedDialer.Of(policy).DialAsync : null,
    };
}
