using System.Net;
using System.Runtime.ExceptionServices;
using Promoter.Oci;
using Promoter.Registries.Authentication;

namespace Promoter.Registries;

/// <summary>POST of <c>/v2/NAME/blobs/uploads/</c> (with mount), and the one PUT that carries a whole blob.</summary>
internal sealed partial class Repository
{
    public async Task<BlobOutcome> PushBlobAsync(Descriptor blob, BlobReader content, string? mountFrom, CancellationToken cancellationToken)
    {
        var tries = 0;
        var secondChances = new HashSet<RegistryFault>();
        return await retry.ExecuteAsync(
            async (window, ct) =>
            {
                // After a try whose answer was lost the blob may be there: looking costs one request, sending it again all its bytes.
                if (tries++ > 0 && await HasBlobOnceAsync(blob.Digest, ct))
                {
                    RegistryLog.FoundAfterLostAnswer(logger, blob.Digest.ToString(), Host);
                    return BlobOutcome.Copied;
                }

                try
                {
                    return await PushBlobOnceAsync(blob, content, tries == 1 ? mountFrom : null, window, ct);
                }
                catch (RegistryException e) when (HealsOnce(e))
                {
                    if (e.Fault == RegistryFault.Corrupt) await content.RestartAsync();
                    throw e.Retold(isTransient: secondChances.Add(e.Fault));
                }
            },
            cancellationToken);
    }

    // What a second sending may cure and a third will not: damage on the way (but not at rest), a credential that expired in the middle (but not one that
    // is refused for good), a session that the registry has forgotten or that stands elsewhere than we believe.
    private static bool HealsOnce(RegistryException e) =>
        (e.IsTransient && e.Fault is RegistryFault.Corrupt or RegistryFault.Denied) || IsSessionLost(e);

    private static bool IsSessionLost(RegistryException e) =>
        e.Status is HttpStatusCode.BadRequest or HttpStatusCode.NotFound or HttpStatusCode.RequestedRangeNotSatisfiable
        && e.Codes.Any(code => code is "BLOB_UPLOAD_UNKNOWN" or "BLOB_UPLOAD_INVALID" or "RANGE_INVALID" or "SIZE_INVALID");

    private async Task<BlobOutcome> PushBlobOnceAsync(Descriptor blob, BlobReader content, string? mountFrom, RetryWindow window, CancellationToken cancellationToken)
    {
        var session = await StartUploadAsync(blob, mountFrom, cancellationToken);
        if (session is null) return BlobOutcome.Mounted;
        await content.SeekAsync(0);
        if (blob.Size > options.ChunkedUploadThreshold)
        {
            await PushChunksAsync(blob, content, session, window, cancellationToken);
            return BlobOutcome.Copied;
        }

        var request = FinishRequest(blob, session);
        using var response = await StreamAsync(request, content, blob.Size, window, cancellationToken);
        await CheckFinishedAsync(response, blob, request, cancellationToken);
        return BlobOutcome.Copied;
    }

    /// <summary>Opens an upload session; null where the registry mounted the blob instead.</summary>
    private async Task<Uri?> StartUploadAsync(Descriptor blob, string? mountFrom, CancellationToken cancellationToken)
    {
        // Whoever stores another digest than sha256 has to know while the bytes come (distribution-spec, "Pushing a blob").
        var query = mountFrom is not null ? $"?mount={Uri.EscapeDataString(blob.Digest.ToString())}&from={Uri.EscapeDataString(mountFrom)}"
            : blob.Digest.Algorithm != DigestAlgorithm.Sha256 ? $"?digest-algorithm={blob.Digest.Algorithm}"
            : "";
        var request = new RegistryRequest(HttpMethod.Post, UriOf("blobs/uploads/" + query), RegistryAction.StartUpload, "start upload of blob", mountFrom is null ? _scopes : [.. _scopes, RegistryScope.Pull(mountFrom)])
        {
            Subject = blob.Digest.ToString(),
            Content = () => new ByteArrayContent([]),
        };
        using var response = mountFrom is null ? await SendAsync(request, cancellationToken) : await TryMountAsync(request, cancellationToken);
        if (response is null) return await StartUploadAsync(blob, mountFrom: null, cancellationToken);
        if (response.StatusCode == HttpStatusCode.Created && mountFrom is not null) return null;
        if (!response.IsSuccessStatusCode) throw await ErrorAsync(response, request, cancellationToken);
        return SessionOf(response, request) ?? throw Fault(RegistryFault.Protocol, request, "the answer has no Location to upload to");
    }

    // A principal that may not read the donor, or a registry that does not know mounting, refuses the mount and not the upload: then null.
    private async Task<HttpResponseMessage?> TryMountAsync(RegistryRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var response = await SendAsync(request, cancellationToken);
            if (response.IsSuccessStatusCode) return response;
            if (response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError) return response;
            response.Dispose();
            return null;
        }
        catch (RegistryException e) when (e.Fault == RegistryFault.Denied)
        {
            return null;
        }
    }

    private Uri? SessionOf(HttpResponseMessage response, RegistryRequest request)
    {
        if (response.Headers.Location is not { } location) return null;
        var session = transport.Endpoint.Resolve(request.Uri, location.OriginalString);
        var refusal = session is not null && transport.Endpoint.IsOwn(session) ? null : RedirectPolicy.Refuse(transport.Endpoint, session);
        return refusal is null ? session : throw RegistryErrors.RedirectRefused(request, _origin, session, refusal);
    }

    private RegistryRequest FinishRequest(Descriptor blob, Uri session)
    {
        var separator = session.Query.Length == 0 ? "?" : "&";
        return new RegistryRequest(HttpMethod.Put, new Uri(session.AbsoluteUri + separator + "digest=" + Uri.EscapeDataString(blob.Digest.ToString())), RegistryAction.FinishUpload, "upload blob", _scopes)
        {
            Subject = blob.Digest.ToString(),
        };
    }

    private async Task CheckFinishedAsync(HttpResponseMessage response, Descriptor blob, RegistryRequest request, CancellationToken cancellationToken)
    {
        if (!response.IsSuccessStatusCode) throw await ErrorAsync(response, request, cancellationToken);
        if (HeaderDigest(response) is { } stored && stored.Algorithm == blob.Digest.Algorithm && stored != blob.Digest)
        {
            throw Fault(RegistryFault.Corrupt, request, $"the registry stored digest {stored} where {blob.Digest} was sent");
        }
    }

    /// <summary>Sends the next <paramref name="length"/> bytes of a blob as the body of a request, and says whose fault it was if that breaks.</summary>
    private async Task<HttpResponseMessage> StreamAsync(
        RegistryRequest request, BlobReader content, long length, RetryWindow window, CancellationToken cancellationToken, Action<HttpContent>? describe = null)
    {
        using var progress = new CancellationTokenSource(options.IdleTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, progress.Token);
        var body = new BlobContent(content, length, options, progress);
        describe?.Invoke(body);
        try
        {
            return await SendAsync(request with { IsStreaming = true, Content = () => body }, linked.Token);
        }
        catch (Exception) when (body.SourceFailure is RegistryException failure && !cancellationToken.IsCancellationRequested)
        {
            // The source's own words, not the broken upload that they caused.
            ExceptionDispatchInfo.Throw(failure);
            throw;
        }
        catch (OperationCanceledException) when (progress.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw Fault(RegistryFault.Unreachable, request, $"the target took no byte for {options.IdleTimeout.TotalSeconds:0.#} s, or did not confirm within {options.CommitTimeout.TotalSeconds:0.#} s", isTransient: true);
        }
        finally
        {
            if (body.BytesSent > 0) window.Restart();
        }
    }
}
