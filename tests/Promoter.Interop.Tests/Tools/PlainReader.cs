using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Promoter.Interop.Tests.Tools;

/// <summary>Reads images with plain HTTP and SHA-256, and with nothing of ours: what a tag leads to is there and has its digest, or it is a problem.</summary>
public sealed class PlainReader(Uri endpoint)
{
    private static readonly HttpClient Client = new();

    private static readonly string[] Manifests =
    [
        "application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json", "application/vnd.docker.distribution.manifest.v2+json",
    ];

    /// <summary>The digest of what the tag points to; null where there is no such tag.</summary>
    public async Task<string?> DigestAsync(string repository, string tag) => await GetManifestAsync(repository, tag) is { } bytes ? DigestOf(bytes) : null;

    /// <summary>Everything below a tag or digest that is missing or damaged.</summary>
    public async Task<IReadOnlyList<string>> FindProblemsAsync(string repository, string reference)
    {
        if (await GetManifestAsync(repository, reference) is not { } bytes)
        {
            return [$"{repository} has no manifest {reference}"];
        }

        if (reference.Contains(':') && DigestOf(bytes) != reference)
        {
            return [$"{repository}: the manifest {reference} has digest {DigestOf(bytes)}"];
        }

        var manifest = JsonNode.Parse(bytes)!;
        var problems = new List<string>();
        foreach (var child in manifest["manifests"] as JsonArray ?? [])
        {
            problems.AddRange(await FindProblemsAsync(repository, (string)child!["digest"]!));
        }

        foreach (var blob in (manifest["layers"] as JsonArray ?? []).Append(manifest["config"]).OfType<JsonObject>())
        {
            var digest = (string)blob["digest"]!;
            using var response = await Client.GetAsync(new Uri(endpoint, $"/v2/{repository}/blobs/{digest}"));
            var actual = response.StatusCode == HttpStatusCode.OK ? DigestOf(await response.Content.ReadAsByteArrayAsync()) : response.StatusCode.ToString();
            if (actual != digest)
            {
                problems.Add($"{repository}: the blob {digest} of {reference} is {actual}");
            }
        }

        return problems;
    }

    /// <summary>The digests that refer to another one, as the registry lists them.</summary>
    public async Task<IReadOnlyList<string>> ReferrersAsync(string repository, string digest)
    {
        var index = JsonNode.Parse(await Client.GetByteArrayAsync(new Uri(endpoint, $"/v2/{repository}/referrers/{digest}")))!;
        return [.. index["manifests"]!.AsArray().Select(m => (string)m!["digest"]!)];
    }

    private async Task<byte[]?> GetManifestAsync(string repository, string reference)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(endpoint, $"/v2/{repository}/manifests/{reference}"));
        request.Headers.Accept.ParseAdd(string.Join(", ", Manifests.Select(type => new MediaTypeWithQualityHeaderValue(type))));
        using var response = await Client.SendAsync(request);
        return response.StatusCode == HttpStatusCode.NotFound ? null : await response.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync();
    }

    private static string DigestOf(byte[] content) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(content))}";
}
