using System.Net;
using Promoter.Oci;

namespace Promoter.Registries;

/// <summary>HEAD and GET of <c>/v2/NAME/blobs/DIGEST</c>.</summary>
internal sealed partial class Repository
{
    public Task<bool> HasBlobAsync(Digest digest, CancellationToken cancellationToken) =>
        retry.ExecuteAsync(ct => HasBlobOnceAsync(digest, ct), cancellationToken);

    public async Task<Stream> OpenBlobAsync(Descriptor blob, long offset, CancellationToken cancellationToken) =>
        (await OpenAsync(blob, offset, end: null, cancellationToken))!;

    public Task<Stream?> OpenBlobRangeAsync(Descriptor blob, long offset, long end, CancellationToken cancellationToken) => OpenAsync(blob, offset, end, cancellationToken);

    private async Task<Stream?> OpenAsync(Descriptor blob, long offset, long? end, CancellationToken cancellationToken)
    {
        var request = new RegistryRequest(HttpMethod.Get, UriOf($"blobs/{blob.Digest}"), RegistryAction.ReadBlob, "fetch blob", _scopes)
        {
            Subject = blob.Digest.ToString(),
            RangeStart = offset,
            RangeEnd = end - 1,
        };
        var response = await SendAsync(request, cancellationToken);
        try
        {
            if (response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.PartialContent)) throw await BlobErrorAsync(response, request, cancellationToken);
            CheckRange(response, blob, offset, end ?? blob.Size, request);
            if (end is not null && response.StatusCode == HttpStatusCode.OK)
            {
                response.Dispose();
                return null;
            }

            var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            if (offset > 0 && response.StatusCode == HttpStatusCode.OK) await SkipAsync(stream, offset, cancellationToken);
            return new ResponseStream(stream, response);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private async Task<bool> HasBlobOnceAsync(Digest digest, CancellationToken cancellationToken)
    {
        var request = new RegistryRequest(HttpMethod.Head, UriOf($"blobs/{digest}"), RegistryAction.CheckBlob, "look up blob", _scopes) { Subject = digest.ToString() };
        using var response = await SendAsync(request, cancellationToken);
        if (IsNotFound(response)) return false;
        if (!response.IsSuccessStatusCode) throw await ErrorAsync(response, request, cancellationToken);
        return true;
    }

    // A presigned URL that expired answers 403 from the layer host; asking the registry again makes a new one, so it is no missing permission.
    private async Task<RegistryException> BlobErrorAsync(HttpResponseMessage response, RegistryRequest request, CancellationToken cancellationToken)
    {
        var cameFromRegistry = response.RequestMessage?.RequestUri is not { } uri || transport.Endpoint.IsOwn(uri);
        if (!cameFromRegistry && response.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.BadRequest or HttpStatusCode.Unauthorized)
        {
            return Fault(RegistryFault.Unreachable, request, $"the layer host {response.RequestMessage!.RequestUri!.Host} refused its presigned URL (expired?)", isTransient: true);
        }

        return await ErrorAsync(response, request, cancellationToken);
    }

    private void CheckRange(HttpResponseMessage response, Descriptor blob, long offset, long end, RegistryRequest request)
    {
        var headers = response.Content.Headers;
        if (response.StatusCode == HttpStatusCode.PartialContent)
        {
            if (headers.ContentRange is { From: var from, Length: var total } && from == offset && (total is null || total == blob.Size)) return;
            throw Fault(RegistryFault.Corrupt, request, $"bytes {offset} to {end - 1} of {blob.Size} were asked for and '{headers.ContentRange}' came", isTransient: true);
        }

        if (headers.ContentLength is { } length && length != blob.Size)
        {
            throw Fault(RegistryFault.Corrupt, request, $"it has {length} bytes where the manifest says {blob.Size}; nothing was stored", isTransient: true);
        }
    }

    // A registry that ignores Range sends the whole again; what was read before is passed over.
    private async Task SkipAsync(Stream stream, long count, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        using var idle = new CancellationTokenSource(options.IdleTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, idle.Token);
        try
        {
            while (count > 0)
            {
                var read = await stream.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, count)), linked.Token);
                if (read == 0) throw new EndOfStreamException("the connection ended early");
                count -= read;
                idle.CancelAfter(options.IdleTimeout);
            }
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"no byte came for {options.IdleTimeout.TotalSeconds:0.#} s", e);
        }
    }
}
