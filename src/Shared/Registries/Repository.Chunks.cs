using System.Net;
using Promoter.Oci;

namespace Promoter.Registries;

/// <summary>
/// PATCH of an upload session: a large blob in chunks, so that a break costs one chunk. The offset is ours: ECR answers with a Range that is stuck at the
/// first chunk (aws/containers-roadmap#2831), so a server's offset is believed only where it lies within the chunk that broke.
/// </summary>
internal sealed partial class Repository
{
    private async Task PushChunksAsync(Descriptor blob, BlobReader content, Uri session, RetryWindow window, CancellationToken cancellationToken)
    {
        long confirmed = 0;
        long offset = 0;
        var troubles = 0;
        var answerLost = false;
        while (offset < blob.Size)
        {
            var length = Math.Min(options.ChunkSize, blob.Size - offset);
            try
            {
                session = await PushChunkAsync(blob, content, session, offset, length, window, cancellationToken);
                confirmed = offset += length;
                troubles = 0;
                answerLost = false;
            }
            catch (RegistryException e) when (IsOutOfOrder(e) && troubles++ < options.Retries)
            {
                // Either the registry had not yet dropped what it said it had, or the chunk is there already and only the answer to it was lost.
                // Should that be wrong, the digest will tell.
                var next = await ServerOffsetAsync(blob, session, confirmed, offset + length, cancellationToken);
                var isContradiction = next is null || next == offset;
                if (isContradiction && !answerLost) throw;
                answerLost = false;
                await GoOnAsync(isContradiction ? offset + length : next!.Value);
            }
            catch (RegistryException e) when (e.IsTransient && e.Side == side && !(e.RetryAfter > options.RetryLimit) && troubles++ < options.Retries)
            {
                // The pause comes before the question: the registry may still be busy with what it got of the broken chunk.
                await Task.Delay(e.RetryAfter ?? options.RetryDelay * (1 << Math.Min(troubles - 1, 6)), time, cancellationToken);
                var next = await ServerOffsetAsync(blob, session, confirmed, offset + length, cancellationToken);
                answerLost = next is null || next == offset;
                await GoOnAsync(next ?? offset);
            }
        }

        var request = FinishRequest(blob, session) with { Content = () => new ByteArrayContent([]) };
        using var response = await SendAsync(request, cancellationToken);
        await CheckFinishedAsync(response, blob, request, cancellationToken);

        Task GoOnAsync(long next)
        {
            RegistryLog.UploadResumed(logger, offset, blob.Digest.ToString(), Host, next);
            offset = next;
            return content.SeekAsync(next);
        }
    }

    private static bool IsOutOfOrder(RegistryException e) => IsSessionLost(e) && e.Status != HttpStatusCode.NotFound;

    private async Task<Uri> PushChunkAsync(
        Descriptor blob, BlobReader content, Uri session, long offset, long length, RetryWindow window, CancellationToken cancellationToken)
    {
        var request = new RegistryRequest(HttpMethod.Patch, session, RegistryAction.WriteChunk, "upload chunk of blob", _scopes) { Subject = blob.Digest.ToString() };
        using var response = await StreamAsync(
            request, content, length, window, cancellationToken, body => body.Headers.TryAddWithoutValidation("Content-Range", $"{offset}-{offset + length - 1}"));

        // ECR answers 201, the specification says 202.
        if (response.StatusCode is not (HttpStatusCode.Accepted or HttpStatusCode.Created or HttpStatusCode.NoContent)) throw await ErrorAsync(response, request, cancellationToken);
        return SessionOf(response, request) ?? session;
    }

    /// <summary>Where the session stands after a broken chunk; null where the answer cannot be true, or none came.</summary>
    private async Task<long?> ServerOffsetAsync(Descriptor blob, Uri session, long confirmed, long sent, CancellationToken cancellationToken)
    {
        var request = new RegistryRequest(HttpMethod.Get, session, RegistryAction.CheckBlob, "look up upload of blob", _scopes) { Subject = blob.Digest.ToString() };
        try
        {
            using var response = await SendAsync(request, cancellationToken);
            if (!response.IsSuccessStatusCode || !response.Headers.TryGetValues("Range", out var values)) return null;
            return RangeEnd(values.FirstOrDefault()) is { } next && next >= confirmed && next <= sent ? next : null;
        }
        catch (RegistryException)
        {
            return null;
        }
    }

    // "0-1023" or "bytes=0-1023" means that 1024 bytes are there; "0-0" is also what an empty session says.
    private static long? RangeEnd(string? range) =>
        range is not null && range.LastIndexOf('-') is >= 0 and var dash && long.TryParse(range.AsSpan(dash + 1), out var last) ? (last == 0 ? 0 : last + 1) : null;
}
