using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Promoter.Kubernetes;
using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Admission.Access;

/// <summary>
/// The credentials in a pod's pull secrets, matched to images as the kubelet matches them (pkg/credentialprovider/keyring.go): host by labels with wildcards,
/// port exactly, path as a prefix of characters, the longest first, and every match counts.
/// </summary>
internal sealed class DockerKeyring
{
    private const string DefaultRegistry = "index.docker.io";

    private readonly List<(string Location, RegistryCredential Credential)> _entries = [];

    /// <summary>Takes the entries of a Secret of either type. What is malformed is left out: the kubelet will say so when it pulls.</summary>
    public void Add(JsonNode secret)
    {
        var origin = $"pull secret {secret.Namespace()}/{secret.Name()}";
        switch (secret.Text("type"))
        {
            case "kubernetes.io/dockerconfigjson":
                Add(Decode(secret, ".dockerconfigjson").At("auths"), origin);
                break;
            case "kubernetes.io/dockercfg":
                Add(Decode(secret, ".dockercfg"), origin);
                break;
        }
    }

    public PullCredentials Find(ImageReference image)
    {
        var matching = _entries.Where(entry => Matches(entry.Location, image)).OrderByDescending(entry => entry.Location, StringComparer.Ordinal).ToList();
        // Only where nothing names Docker Hub as images do: docker login writes its oldest name.
        if (matching.Count == 0 && image.Registry == ImageReference.DockerHub) matching = _entries.FindAll(entry => entry.Location == DefaultRegistry);
        return new PullCredentials([.. matching.Select(entry => entry.Credential)]);
    }

    private static bool Matches(string location, ImageReference image)
    {
        var slash = location.IndexOf('/', StringComparison.Ordinal);
        var (host, path) = slash < 0 ? (location, "") : (location[..slash], location[(slash + 1)..]);
        return MatchesHost(host, image.Registry) && image.Repository.StartsWith(path, StringComparison.Ordinal);
    }

    private static bool MatchesHost(string pattern, string host)
    {
        var ((patternName, patternPort), (name, port)) = (SplitPort(pattern), SplitPort(host));
        var (labels, parts) = (patternName.Split('.'), name.Split('.'));
        return patternPort == port && labels.Length == parts.Length && labels.Zip(parts).All(pair => GoPattern.Matches(pair.First, pair.Second));
    }

    private static (string Name, string Port) SplitPort(string host) =>
        host.LastIndexOf(':') is >= 0 and var colon && !host.EndsWith(']') ? (host[..colon], host[(colon + 1)..]) : (host, "");

    private static JsonNode? Decode(JsonNode secret, string key)
    {
        try
        {
            return secret.Text("data", key) is { } text ? JsonNode.Parse(Convert.FromBase64String(text), null, new JsonDocumentOptions { AllowDuplicateProperties = false }) : null;
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return null;
        }
    }

    private void Add(JsonNode? auths, string origin)
    {
        if (auths is not JsonObject entries) return;
        foreach (var (location, entry) in entries)
        {
            if (Credential(entry) is { } credential) _entries.Add((Normalise(location), credential with { Origin = origin }));
        }
    }

    private static string Normalise(string location)
    {
        var rest = location;
        foreach (var scheme in (ReadOnlySpan<string>)["https://", "http://"])
        {
            if (rest.StartsWith(scheme, StringComparison.Ordinal)) rest = rest[scheme.Length..];
        }

        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0) return rest;
        var (host, path) = (rest[..slash], rest[slash..]);
        if (path.StartsWith("/v1/", StringComparison.Ordinal) || path.StartsWith("/v2/", StringComparison.Ordinal)) path = path[3..];
        return path.Length > 1 ? host + path : host;
    }

    // Identity tokens have no place in these Secrets: the kubelet does not read them either.
    private static RegistryCredential? Credential(JsonNode? entry)
    {
        if (entry.Text("auth") is not { Length: > 0 } auth) return entry.Text("username") is { Length: > 0 } user ? RegistryCredential.Basic(user, entry.Text("password") ?? "") : null;
        try
        {
            var padded = auth.TrimEnd('=');
            var decoded = Encoding.UTF8.GetString(Convert.FromBase64String(padded.PadRight((padded.Length + 3) / 4 * 4, '=')));
            var colon = decoded.IndexOf(':', StringComparison.Ordinal);
            return colon > 0 ? RegistryCredential.Basic(decoded[..colon], decoded[(colon + 1)..].TrimEnd('\0')) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
