using System.Net;
using Promoter.Oci;

namespace Promoter.Registries;

/// <summary>HEAD, GET and PUT of <c>/v2/NAME/manifests/REFERENCE</c>.</summary>
internal sealed partial class Repository
{
    public Task<Descriptor?> HeadManifestAsync(ManifestReference reference, CancellationToken cancellationToken) =>
        retry.ExecuteAsync(ct => HeadManifestOnceAsync(reference, ct), cancellationToken);

    public Task<Manifest?> FetchManifestAsync(ManifestReference reference, CancellationToken cancellationToken) =>
        retry.ExecuteAsync(ct => FetchManifestOnceAsync(reference, ct), cancellationToken);

    public Task<PushedManifest> PushManifestAsync(ManifestReference reference, Manifest manifest, CancellationToken cancellationToken)
    {
        var refused = false;
        return retry.ExecuteAsync(
            async ct =>
            {
                try
                {
                    return await PushManifestOnceAsync(reference, manifest, ct);
                }
                catch (RegistryException e) when (!refused && IsGarbled(e))
                {
                    // What was read and verified as a manifest here has been damaged on its way, unless the registry says so again.
                    refused = true;
                    throw e.Retold(isTransient: true);
                }
            },
            cancellationToken);
    }

    // Under a digest the registry sees that it was damaged; under a tag only that it is no manifest (ECR: 405 with "Invalid JSON syntax").
    private static bool IsGarbled(RegistryException e) => e is { Fault: RegistryFault.Protocol, Status: HttpStatusCode.BadRequest or HttpStatusCode.MethodNotAllowed };

    private async Task<Descriptor?> HeadManifestOnceAsync(ManifestReference reference, CancellationToken cancellationToken)
    {
        var request = ReadRequest(HttpMethod.Head, reference, "look up manifest");
        using var response = await SendAsync(request, cancellationToken);
        if (IsNotFound(response)) return null;
        if (!response.IsSuccessStatusCode) throw await ErrorAsync(response, request, cancellationToken);

        var digest = reference.Digest ?? HeaderDigest(response);
        var type = MediaTypeOf(response);
        if (digest is { } known && type is not null && MediaTypes.IsManifest(type)) return new Descriptor(type, known, response.Content.Headers.ContentLength ?? 0);

        // Some registries leave the digest out of HEAD: the bytes tell it. A type that is no manifest's is an answer from something else than a registry.
        return (await FetchManifestOnceAsync(reference, cancellationToken))?.ToDescriptor();
    }

    private async Task<Manifest?> FetchManifestOnceAsync(ManifestReference reference, CancellationToken cancellationToken)
    {
        var request = ReadRequest(HttpMethod.Get, reference, "fetch manifest");
        using var response = await SendAsync(request, cancellationToken);
        if (IsNotFound(response)) return null;
        if (!response.IsSuccessStatusCode) throw await ErrorAsync(response, request, cancellationToken);

        var bytes = await ReadManifestBytesAsync(response, request, cancellationToken);
        var digest = reference.Digest ?? HeaderDigest(response) ?? Digest.Of(bytes);

        // One that is too large was not read to its end; reading it says so.
        if (bytes.Length <= ManifestReader.MaxBytes && !digest.Matches(bytes))
        {
            throw Fault(RegistryFault.Corrupt, request, $"its {bytes.Length} bytes have digest {Digest.Of(bytes, digest.Algorithm)}; nothing was stored", isTransient: true);
        }

        return Read(bytes, response, digest, request);
    }

    private async Task<byte[]> ReadManifestBytesAsync(HttpResponseMessage response, RegistryRequest request, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.ResponseTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            return await BoundedBody.ReadAsync(response, ManifestReader.MaxBytes, linked.Token);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is IOException or HttpRequestException or OperationCanceledException)
        {
            throw RegistryErrors.NoAnswer(request, _origin, transport.Endpoint, request.Uri, e, timeout.IsCancellationRequested ? options.ResponseTimeout : null);
        }
    }

    private Manifest Read(byte[] bytes, HttpResponseMessage response, Digest digest, RegistryRequest request)
    {
        try
        {
            return ManifestReader.Read(bytes, MediaTypeOf(response), digest);
        }
        catch (ManifestFormatException e)
        {
            throw RegistryErrors.Fault(e.IsUnsupported ? RegistryFault.Unsupported : RegistryFault.Protocol, $"{RegistryErrors.Describe(request, _origin)}: {e.Message}", request.Operation, _origin, e.IsDamaged, e);
        }
    }

    private async Task<PushedManifest> PushManifestOnceAsync(ManifestReference reference, Manifest manifest, CancellationToken cancellationToken)
    {
        var request = new RegistryRequest(HttpMethod.Put, UriOf($"manifests/{reference}"), RegistryAction.WriteManifest, reference.Tag is null ? "push manifest" : "push tag", _scopes)
        {
            Subject = reference.ToString(),
            Content = () =>
            {
                var content = new ReadOnlyMemoryContent(manifest.Bytes);
                content.Headers.TryAddWithoutValidation("Content-Type", manifest.MediaType);
                return content;
            },
        };
        using var response = await SendAsync(request, cancellationToken);
        if (!response.IsSuccessStatusCode) throw await ErrorAsync(response, request, cancellationToken);
        if (HeaderDigest(response) is { } stored && stored.Algorithm == manifest.Digest.Algorithm && stored != manifest.Digest)
        {
            // Sent again at once: a tag may now point to damaged content.
            throw Fault(RegistryFault.Corrupt, request, $"the registry stored digest {stored} where {manifest.Digest} was sent", isTransient: true);
        }

        return new PushedManifest(manifest.Subject is null || response.Headers.Contains("OCI-Subject"));
    }

    private RegistryRequest ReadRequest(HttpMethod method, ManifestReference reference, string operation) =>
        new(method, UriOf($"manifests/{reference}"), RegistryAction.ReadManifest, operation, _scopes) { Accept = MediaTypes.AcceptedManifests, Subject = reference.ToString() };

    // As it came: the typed header would print parameters in a form of its own, and the target is to store what the source has.
    private static string? MediaTypeOf(HttpResponseMessage response) =>
        response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var values) ? values.ToString() : null;

    private static Digest? HeaderDigest(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Docker-Content-Digest", out var values) && Digest.TryParse(values.FirstOrDefault(), out var digest) ? digest : null;
}
