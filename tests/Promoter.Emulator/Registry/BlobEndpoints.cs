using Promoter.Emulator.Faults;

namespace Promoter.Emulator.Registry;

/// <summary>GET, HEAD and DELETE of blobs.</summary>
internal sealed class BlobEndpoints(RegistryStore store, LayerHost? layerHost)
{
    public async Task GetAsync(HttpContext context, RegistryRoute route)
    {
        var digest = route.Reference;
        if (!ContentDigest.IsValid(digest)) throw new RegistryErrorException(400, "DIGEST_INVALID", "provided digest is not valid");
        var blob = store.In(route.Repository, r => r.Blobs.GetValueOrDefault(digest)) ?? throw store.Wording.BlobUnknown(digest);
        var response = context.Response;
        response.Headers["Docker-Content-Digest"] = digest;
        if (HttpMethods.IsHead(context.Request.Method))
        {
            response.ContentType = "application/octet-stream";
            response.ContentLength = blob.Length;
            response.Headers.AcceptRanges = "bytes";
        }
        else if (store.Behaviour.RedirectsBlobs && layerHost is not null)
        {
            var expired = FaultInjection.Requested(context) == EffectKind.ExpiredUrl;
            response.StatusCode = StatusCodes.Status307TemporaryRedirect;
            response.Headers.Location = layerHost.Presign(store, digest, expired ? TimeSpan.FromSeconds(-1) : store.Behaviour.PresignedUrlLifetime);
            response.ContentLength = 0;
        }
        else if (FaultInjection.Requested(context) == EffectKind.ExpiredUrl)
        {
            throw new RegistryErrorException(403, "DENIED", "Request has expired");
        }
        else
        {
            await BlobResponse.WriteAsync(context, blob, store.Behaviour.HonoursRange);
        }
    }

    public Task DeleteAsync(HttpContext context, RegistryRoute route)
    {
        if (!store.In(route.Repository, r => r.Blobs.Remove(route.Reference))) throw store.Wording.BlobUnknown(route.Reference);
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        return Task.CompletedTask;
    }
}
