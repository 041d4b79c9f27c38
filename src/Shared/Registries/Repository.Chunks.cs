using System.Net;
using Promoter.Oci;

namespace Promoter.Registries;

/// <summary>
/// PATCH of an upload session: a large blob in chunks, so that a break costs one chunk. The offset is ours: ECR answers with a Range that is stuck at the
/// first chunk (aws/containers-roadmap#2831), so a server's offset is believed only where it lies within the chunk that broke.
/// </summary>
internal sealed partial class Repository
{
    private async Task PushChunksAsync(Descriptor blob, BlobReader content, Uri session, CancellationToken cancellationToken)
    {
        long offset = 0;
        var troubles = 0;
        while (offset < blob.Size)
        {
            var length = Math.Min(options.ChunkSize, blob.Size - offset);
            try
            {
                session = await PushChunkAsync(blob, content, session, offset, length, cancellationToken);
                offset += length;
                troubles = 0;
            }
            catch (RegistryException e) when (e.IsTransient && e.Side == side && troubles++ < options.Retries)
            {
                var next = await ServerOffsetAsync(blob, session, offset, offset + length, cancellationToken);
                if (next is null) throw;
                RegistryLog.UploadResumed(logger, offset, blob.Digest.ToString(), Host, next.Value);
                offset = next.Value;
                await Task.Delay(e.RetryAfter ?? options.RetryDelay, time, cancellationToken);
                await content.SeekAsync(offset);
            }
        }

        var request = FinishRequest(blob, session) with { Content = () => new ByteArrayContent([]) };
        using var response = await SendAsync(request, cancellationToken);
        await CheckFinishedAsync(response, blob, request, cancellationToken);
    }

    private async Task<Uri> PushChunkAsync(Descriptor blob, BlobReader content, Uri session, long offset, long length, CancellationToken cancellationToken)
    {
        var request = new RegistryRequest(HttpMethod.Patch, session, RegistryAction.WriteChunk, "upload chunk of blob", _scopes) { Subject = blob.Digest.ToString() };
        using var response = await StreamAsync(
            request, content, length, cancellationToken, body => body.Headers.TryAddWithoutValidation("Content-Range", $"{offset}-{offset + length - 1}"));

        // ECR answers 201, the specification says 202.
        if (response.StatusCode is not (HttpStatusCode.Accepted or HttpStatusCode.Created or HttpStatusCode.NoContent)) throw await ErrorAsync(response, request, cancellationToken);
        return SessionOf(response, request) ?? session;
    }

    /// <summary>Where the session stands after a broken chunk; null where it cannot be told, so that only a new session helps.</summary>
    private async Task<long?> ServerOffsetAsync(Descriptor blob, Uri session, long confirmed, long sent, CancellationToken cancellationToken)
    {
        var request = new RegistryRequest(HttpMethod.Get, session, RegistryAction.CheckBlob, "look up upload of blob", _scopes) { Subject = blob.Digest.ToString() };
        try
        {
            using var response = await SendAsync(request, cancellationToken);
            if (!response.IsSuccessStatusCode || !response.Headers.TryGetValues("Range", out var values)) return null;
            return RangeEnd(values.FirstOrDefault()) is { } next && next >= confirmed && next <= sent && (next > 0 || confirmed == 0) ? next : null;
        }
        catch (RegistryException)
        {
            return null;
        }
    }

    // "0-1023" or "bytes=0-1023" means 1024 bytes are there.
    private static long? RangeEnd(string? range) =>
        range is not null && range.LastIndexOf('-') is >= 0 and var dash && long.TryParse(range.AsSpan(dash + 1), out var last) ? last + 1 : null;
}
