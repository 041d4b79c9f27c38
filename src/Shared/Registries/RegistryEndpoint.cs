using Promoter.Oci;

namespace Promoter.Registries;

/// <summary>Where a registry is on the wire, as opposed to how references name it.</summary>
internal sealed class RegistryEndpoint
{
    // Docker Hub's registry answers on another host than the one that references carry.
    private const string DockerHubHost = "registry-1.docker.io";

    public RegistryEndpoint(RegistryOptions options)
    {
        Host = options.Host;
        var wireHost = options.Host == ImageReference.DockerHub ? DockerHubHost : options.Host;
        var scheme = options.PlainHttp || RegistryHost.IsLoopback(wireHost) ? Uri.UriSchemeHttp : Uri.UriSchemeHttps;
        BaseUri = options.Endpoint ?? new Uri($"{scheme}://{wireHost}");
        CanonicalAuthority = new Uri($"https://{wireHost}").Authority;
    }

    /// <summary>Host and port as they stand in references.</summary>
    public string Host { get; }

    public Uri BaseUri { get; }

    public bool IsPlainHttp => BaseUri.Scheme == Uri.UriSchemeHttp;

    private string CanonicalAuthority { get; }

    /// <summary>Whether a URI belongs to this registry, so that its credentials may go there.</summary>
    public bool IsOwn(Uri uri) => uri.Scheme == BaseUri.Scheme && string.Equals(uri.Authority, BaseUri.Authority, StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Makes a Location absolute. A registry behind an endpoint override answers with its own name; that is sent to the override too, since the
    /// name may not even resolve from here.
    /// </summary>
    /// <returns>Null where the Location is not a URL.</returns>
    public Uri? Resolve(Uri requestUri, string location)
    {
        if (!Uri.TryCreate(requestUri, location, out var uri)) return null;
        return string.Equals(uri.Authority, CanonicalAuthority, StringComparison.OrdinalIgnoreCase) && !IsOwn(uri)
            ? new Uri(BaseUri, uri.PathAndQuery)
            : uri;
    }
}
