using System.Net;
using Promoter.Oci;

namespace Promoter.Registries;

/// <summary>GET of <c>/v2/NAME/referrers/DIGEST</c> with paging, and the fallback tag of registries without that API.</summary>
internal sealed partial class Repository
{
    private const int MaxPages = 1000;

    public Task<IReadOnlyList<Descriptor>> ListReferrersAsync(Digest subject, CancellationToken cancellationToken) =>
        retry.ExecuteAsync(ct => ListReferrersOnceAsync(subject, "", ct), cancellationToken);

    // Whether the registry filtered (OCI-Filters-Applied) makes no difference: who asks for a type looks at the types that come.
    public Task<IReadOnlyList<Descriptor>> ListReferrersAsync(Digest subject, string artifactType, CancellationToken cancellationToken) =>
        retry.ExecuteAsync(ct => ListReferrersOnceAsync(subject, $"?artifactType={Uri.EscapeDataString(artifactType)}", ct), cancellationToken);

    private async Task<IReadOnlyList<Descriptor>> ListReferrersOnceAsync(Digest subject, string query, CancellationToken cancellationToken)
    {
        var referrers = new List<Descriptor>();
        var next = UriOf($"referrers/{subject}{query}");
        for (var page = 0; page < MaxPages; page++)
        {
            var request = new RegistryRequest(HttpMethod.Get, next, RegistryAction.ListReferrers, "list referrers of", _scopes) { Accept = [MediaTypes.OciIndex], Subject = subject.ToString() };
            using var response = await SendAsync(request, cancellationToken);
            if (LacksTheApi(response)) return await FallbackAsync(subject, cancellationToken);
            if (!response.IsSuccessStatusCode) throw await ErrorAsync(response, request, cancellationToken);

            var bytes = await ReadManifestBytesAsync(response, request, cancellationToken);
            referrers.AddRange(Read(bytes, response, Digest.Of(bytes), request).Manifests);
            if (NextPage(response, request) is not { } link) return referrers;
            next = link;
        }

        throw RegistryErrors.Fault(RegistryFault.Protocol, $"the referrers of {subject} at {Host}/{Name} have more than {MaxPages} pages", "list referrers of", _origin);
    }

    // The specification's word for it is 404. Registries and proxies that know the path but not the API say that the request is wrong, or send a page, or redirect
    // to one: ghcr.io to GitHub's, which answer 404, 429 or HTML (artifacthub/hub#4785). A refusal or a 5xx says nothing about the API, from wherever it comes.
    private bool LacksTheApi(HttpResponseMessage response)
    {
        if (response.IsSuccessStatusCode) return !MediaTypes.IsIndex(response.Content.Headers.ContentType?.MediaType ?? "");
        return response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.BadRequest or HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotAcceptable or HttpStatusCode.NotImplemented
                or HttpStatusCode.SeeOther
            || (response.StatusCode == HttpStatusCode.TooManyRequests && response.RequestMessage?.RequestUri is { } uri && !transport.Endpoint.IsOwn(uri));
    }

    private async Task<IReadOnlyList<Descriptor>> FallbackAsync(Digest subject, CancellationToken cancellationToken)
    {
        var index = await FetchManifestOnceAsync(ManifestReference.Of(Tag.ForSubject(subject)), cancellationToken);
        return index is { IsIndex: true } ? index.Manifests : [];
    }

    // RFC 8288: <URL>; rel="next"
    private Uri? NextPage(HttpResponseMessage response, RegistryRequest request)
    {
        if (!response.Headers.TryGetValues("Link", out var values)) return null;
        var link = values.FirstOrDefault(v => v.Contains("rel=\"next\"", StringComparison.OrdinalIgnoreCase) || v.Contains("rel=next", StringComparison.OrdinalIgnoreCase));
        if (link is null || link.IndexOf('<', StringComparison.Ordinal) is var open && link.IndexOf('>', StringComparison.Ordinal) is var close && (open < 0 || close < open)) return null;
        var target = transport.Endpoint.Resolve(request.Uri, link[(link.IndexOf('<', StringComparison.Ordinal) + 1)..link.IndexOf('>', StringComparison.Ordinal)]);
        return target is not null && transport.Endpoint.IsOwn(target) ? target : throw RegistryErrors.RedirectRefused(request, _origin, target, "a page of referrers must come from the registry itself");
    }
}
