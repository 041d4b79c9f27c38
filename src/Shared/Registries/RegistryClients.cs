using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Promoter.Oci;
using Promoter.Registries.Authentication;
using Promoter.Registries.Layouts;

namespace Promoter.Registries;

/// <summary>
/// All registries of a run: one handler, one authenticator, one pacer and one retry rule per host, shared by everything that talks to it. The entry point
/// of this folder.
/// </summary>
public sealed class RegistryClients(
    IRegistryCredentials credentials,
    IReadOnlyList<RegistryOptions> registries,
    RegistryClientOptions options,
    IReadOnlyList<IRegistryPlatform> platforms,
    TimeProvider time,
    ILoggerFactory loggers,
    Func<double>? randomizer = null) : IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<Client>> _clients = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<(string Host, string Name, Side Side), LayoutRepository> _layouts = new();
    private readonly ILogger _logger = loggers.CreateLogger("Promoter.Registries");

    /// <summary>What all downloads of these registries share.</summary>
    public ReadAhead ReadAhead { get; } = new(options.ReadAhead);

    /// <summary>A repository of the registry at <paramref name="host"/>, or an OCI layout on disk, seen from one side of a promotion.</summary>
    public IRepository Repository(string host, string name, Side side) => LayoutReference.IsLayout(host)
        ? _layouts.GetOrAdd((host, name, side), key => new LayoutRepository(key.Host, key.Name, key.Side, time))
        : _clients.GetOrAdd(host, h => new Lazy<Client>(() => Create(h))).Value.Repository(name, side);

    /// <summary>The images in the OCI layout of a reference.</summary>
    /// <exception cref="RegistryException">There is no layout, or it is broken.</exception>
    public Task<IReadOnlyList<LayoutImage>> ListLayoutAsync(ImageReference layout, CancellationToken cancellationToken) =>
        ((LayoutRepository)Repository(layout.Registry, layout.Repository, Side.Source)).ListImagesAsync(cancellationToken);

    /// <summary>The platform that runs the registry at <paramref name="host"/>; null where only the plain protocol is known.</summary>
    public IRegistryPlatform? PlatformOf(string host) => platforms.FirstOrDefault(p => p.Serves(host));

    public void Dispose()
    {
        foreach (var client in _clients.Values.Where(c => c.IsValueCreated)) client.Value.Dispose();
        foreach (var layout in _layouts.Values) layout.Dispose();
    }

    private Client Create(string host)
    {
        var endpoint = new RegistryEndpoint(registries.FirstOrDefault(r => string.Equals(r.Host, host, StringComparison.OrdinalIgnoreCase)) ?? new RegistryOptions { Host = host });
        var platform = PlatformOf(host);
        var handler = RegistryHandlers.Create(options);
        var http = new HttpMessageInvoker(handler);
        var authenticator = new RegistryAuthenticator(endpoint, credentials, new TokenServer(endpoint, http, options, time), time);
        var pacer = new RequestPacer(action => platform?.RateLimit(action), options, time);
        var transport = new RegistryTransport(endpoint, http, authenticator, pacer, options, time, _logger);
        return new Client(http, authenticator, transport, new RegistryRetry(options, time, randomizer ?? DefaultJitter, _logger), platform, options, time, _logger);
    }

    // Jitter only spreads retries; it is no secret and needs no seed.
#pragma warning disable RS0030 // Random.Shared is banned so that tests own the jitter: they pass their own randomizer.
    private static double DefaultJitter() => Random.Shared.NextDouble();
#pragma warning restore RS0030

    private sealed class Client(
        HttpMessageInvoker http,
        RegistryAuthenticator authenticator,
        RegistryTransport transport,
        RegistryRetry retry,
        IRegistryPlatform? platform,
        RegistryClientOptions options,
        TimeProvider time,
        ILogger logger) : IDisposable
    {
        public Repository Repository(string name, Side side) =>
            new(transport, retry, options, name, side, platform, time, logger);

        public void Dispose()
        {
            http.Dispose();
            authenticator.Dispose();
        }
    }
}
