using System.Text;
using System.Text.Json;
using Promoter.Oci;

namespace Promoter.Registries.Authentication;

/// <summary>
/// Credentials from docker's <c>config.json</c>: <c>credHelpers</c>, then <c>credsStore</c>, then <c>auths</c>, as docker looks them up. The file is read
/// at each look-up, since a side-car may refresh it.
/// </summary>
public sealed class DockerConfigCredentials(string path) : IRegistryCredentials
{
    // Docker Hub's key in every docker config since 2013.
    private const string DockerHubKey = "https://index.docker.io/v1/";

    public async ValueTask<RegistryCredential?> FindAsync(string host, RegistryCredential? rejected, CancellationToken cancellationToken)
    {
        var file = await ReadAsync(cancellationToken);
        var key = host == ImageReference.DockerHub ? DockerHubKey : host;
        if ((file.CredHelpers?.GetValueOrDefault(host) ?? file.CredHelpers?.GetValueOrDefault(key)) is { Length: > 0 } name) return await CredentialHelper.GetAsync(name, key, host, cancellationToken);
        if (file.CredsStore is { Length: > 0 } store && await CredentialHelper.GetAsync(store, key, host, cancellationToken) is { } stored) return stored;
        return file.Auths is null ? null : FromEntry(file.Auths, host);
    }

    private RegistryCredential? FromEntry(Dictionary<string, DockerAuthEntry> auths, string host)
    {
        // podman's file may hold entries for parts of a registry (host/path) beside the one for all of it, which serves everything.
        foreach (var (_, entry) in auths.Where(a => NamesHost(a.Key, host)).OrderBy(a => string.Equals(a.Key, host, StringComparison.OrdinalIgnoreCase) ? 0 : 1))
        {
            var origin = $"docker config {path}";
            if (entry.IdentityToken is { Length: > 0 } token) return RegistryCredential.IdentityToken(token) with { Origin = origin };
            if (entry.Auth is { Length: > 0 } auth) return Decode(auth, host) with { Origin = origin };
            if (entry is { UserName: { Length: > 0 } user, Password: { } password }) return RegistryCredential.Basic(user, password) with { Origin = origin };
        }

        return null;
    }

    // Keys are hosts, or URLs as `docker login` writes them for Docker Hub and some others.
    private static bool NamesHost(string key, string host)
    {
        var start = key.IndexOf("://", StringComparison.Ordinal) is >= 0 and var scheme ? scheme + 3 : 0;
        var end = key.IndexOf('/', start) is >= 0 and var slash ? slash : key.Length;
        var name = key[start..end];
        if (name is "index.docker.io" or "registry-1.docker.io") name = ImageReference.DockerHub;
        return string.Equals(name, host, StringComparison.OrdinalIgnoreCase);
    }

    private RegistryCredential Decode(string auth, string host)
    {
        var bytes = new byte[auth.Length];
        if (Convert.TryFromBase64String(auth, bytes, out var length))
        {
            var text = Encoding.UTF8.GetString(bytes, 0, length).TrimEnd('\0');
            if (text.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon) return RegistryCredential.Basic(text[..colon], text[(colon + 1)..]);
        }

        throw new RegistryException(RegistryFault.Denied, $"the entry for {host} in {path} is not base64 of user:password; run docker login {host} again") { Host = host, Operation = "read credentials" };
    }

    private async Task<DockerConfigFile> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = File.OpenRead(path);
            return await JsonSerializer.DeserializeAsync(stream, AuthenticationJson.Default.DockerConfigFile, cancellationToken) ?? new DockerConfigFile(null, null, null);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new RegistryException(RegistryFault.Denied, $"the docker config {path} cannot be read: {e.Message}", e) { Operation = "read credentials" };
        }
    }
}
