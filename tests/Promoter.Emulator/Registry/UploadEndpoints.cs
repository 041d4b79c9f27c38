using System.Buffers;
using System.Net.Http.Headers;

namespace Promoter.Emulator.Registry;

/// <summary>Upload sessions and mounting.</summary>
internal sealed class UploadEndpoints(RegistryStore store)
{
    private const int BufferSize = 64 * 1024;

    public async Task StartAsync(HttpContext context, RegistryRoute route)
    {
        var query = context.Request.Query;
        if (query["mount"].ToString() is { Length: > 0 } mount && TryMount(route.Repository, query["from"].ToString(), mount))
        {
            WriteCreated(context, route.Repository, mount);
            return;
        }

        var algorithm = query["digest-algorithm"].ToString() == ContentDigest.Sha512 || route.Reference.StartsWith(ContentDigest.Sha512, StringComparison.Ordinal)
            ? ContentDigest.Sha512
            : ContentDigest.Sha256;
        var session = store.InPushed(route.Repository, r =>
        {
            var opened = new UploadSession(route.Repository, store.Behaviour.KeepBlobsUpTo, algorithm);
            r.Uploads.Add(opened.Id, opened);
            return opened;
        });
        if (query["digest"].Count > 0 && store.Behaviour.SingleRequestUpload)
        {
            await ReceiveAsync(context, session);
            Commit(context, session, query["digest"].ToString());
            return;
        }

        await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
        WriteProgress(context, session, StatusCodes.Status202Accepted);
    }

    public async Task PatchAsync(HttpContext context, RegistryRoute route)
    {
        var session = Find(route);
        RequireOffset(context, session);
        await ReceiveAsync(context, session);
        WriteProgress(context, session, store.Behaviour.RangeStuckAtFirstChunk ? StatusCodes.Status201Created : StatusCodes.Status202Accepted);
    }

    public async Task FinishAsync(HttpContext context, RegistryRoute route)
    {
        var session = Find(route);
        var digest = context.Request.Query["digest"].ToString();
        if (!ContentDigest.IsValid(digest)) throw new RegistryErrorException(400, "DIGEST_INVALID", "provided digest is not valid");
        RequireOffset(context, session);
        await ReceiveAsync(context, session);
        Commit(context, session, digest);
    }

    public Task StatusAsync(HttpContext context, RegistryRoute route)
    {
        WriteProgress(context, Find(route), StatusCodes.Status204NoContent);
        return Task.CompletedTask;
    }

    public Task CancelAsync(HttpContext context, RegistryRoute route)
    {
        var session = Find(route);
        Close(session);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private bool TryMount(string repository, string from, string digest) => store.InPushed(repository, target => store.Access(all =>
    {
        var rule = store.Behaviour.Mounts;
        if (rule == MountRule.Never || !ContentDigest.IsValid(digest) || !all.TryGetValue(from, out var donor)) return false;
        if (!donor.Blobs.TryGetValue(digest, out var blob) || (rule == MountRule.DonorReferencesBlob && !donor.IsReferenced(digest))) return false;
        if (rule == MountRule.DonorReferencesBlob && (donor.Settings.EncryptionType != target.Settings.EncryptionType || donor.Settings.KmsKey != target.Settings.KmsKey)) return false;
        target.Blobs[digest] = blob;
        return true;
    }));

    private UploadSession Find(RegistryRoute route) =>
        store.In(route.Repository, r => r.Uploads.GetValueOrDefault(route.UploadId)) ?? throw RegistryWording.UploadUnknown();

    private void Close(UploadSession session)
    {
        store.In(session.Repository, r => r.Uploads.Remove(session.Id));
        session.Dispose();
    }

    private void RequireOffset(HttpContext context, UploadSession session)
    {
        var header = context.Request.Headers.ContentRange.ToString();
        if (header.Length == 0) return;
        // The distribution spec writes "0-41"; HTTP itself, and some clients, "bytes 0-41/*".
        var text = ContentRangeHeaderValue.TryParse(header, out var range) ? range.From.GetValueOrDefault().ToString() : header.Split('-')[0];
        if (!long.TryParse(text, out var first)) throw new RegistryErrorException(400, "BLOB_UPLOAD_INVALID", $"Content-Range '{header}' is not valid");
        if (first != session.Length) throw store.Wording.ChunkOutOfOrder(session.Repository, session.Id, first, session.Length);
    }

    private async Task ReceiveAsync(HttpContext context, UploadSession session)
    {
        var start = session.Length;
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        var whole = false;
        try
        {
            while (await context.Request.Body.ReadAsync(buffer, context.RequestAborted) is > 0 and var read) session.Append(buffer.AsSpan(0, read));
            whole = true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            if (!whole && !store.Behaviour.KeepsPartialChunks) session.RollBackTo(start);
        }

        if (session.Length == start) return;
        session.FirstChunkEnd ??= session.Length - 1;
    }

    private void Commit(HttpContext context, UploadSession session, string digest)
    {
        var blob = session.Finish(digest, out var actual);
        Close(session);
        if (blob is null) throw store.Wording.BlobDigestDiffers(digest, actual);
        store.In(session.Repository, r => r.Blobs.TryAdd(digest, blob));
        WriteCreated(context, session.Repository, digest);
    }

    private static void WriteCreated(HttpContext context, string repository, string digest)
    {
        context.Response.StatusCode = StatusCodes.Status201Created;
        context.Response.Headers.Location = $"/v2/{repository}/blobs/{digest}";
        context.Response.Headers["Docker-Content-Digest"] = digest;
        context.Response.ContentLength = 0;
    }

    private void WriteProgress(HttpContext context, UploadSession session, int status)
    {
        var request = context.Request;
        var end = store.Behaviour.RangeStuckAtFirstChunk ? session.FirstChunkEnd ?? 0 : Math.Max(0, session.Length - 1);
        context.Response.StatusCode = status;
        context.Response.Headers.Location = $"{request.Scheme}://{request.Host}/v2/{session.Repository}/blobs/uploads/{session.Id}";
        context.Response.Headers["Docker-Upload-UUID"] = session.Id;
        context.Response.Headers.Range = $"0-{end}";
        if (status != StatusCodes.Status204NoContent) context.Response.ContentLength = 0;
    }
}
