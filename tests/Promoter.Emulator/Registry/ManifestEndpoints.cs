namespace Promoter.Emulator.Registry;

/// <summary>GET, HEAD and DELETE of manifests.</summary>
internal sealed class ManifestEndpoints(RegistryStore store)
{
    public async Task GetAsync(HttpContext context, RegistryRoute route)
    {
        var manifest = store.In(route.Repository, r => r.Find(route.Reference));
        if (manifest is null || manifest.IsArchivedAt(store.Clock.GetUtcNow()) || !IsAccepted(context.Request, manifest)) throw store.Wording.ManifestUnknown(route.Repository, route.Reference);
        if (HttpMethods.IsGet(context.Request.Method)) manifest.PulledAt = store.Clock.GetUtcNow();
        if (HttpMethods.IsHead(context.Request.Method) || store.Behaviour.DigestHeaderOnGet) context.Response.Headers["Docker-Content-Digest"] = manifest.Digest;
        await context.WriteBytesAsync(manifest.MediaType, manifest.Bytes);
    }

    public Task DeleteAsync(HttpContext context, RegistryRoute route)
    {
        var deleted = store.In(route.Repository, r =>
        {
            if (r.Find(route.Reference) is not { } manifest) return false;
            if (!ContentDigest.IsValid(route.Reference)) return r.Tags.Remove(route.Reference);
            foreach (var tag in r.Tags.Where(t => t.Value == manifest.Digest).Select(t => t.Key).ToList()) r.Tags.Remove(tag);
            return r.Manifests.Remove(manifest.Digest);
        });
        if (!deleted) throw store.Wording.ManifestUnknown(route.Repository, route.Reference);
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        return Task.CompletedTask;
    }

    private bool IsAccepted(HttpRequest request, StoredManifest manifest)
    {
        if (!store.Behaviour.HonoursAccept || request.Headers.Accept.Count == 0) return true;
        return request.Headers.Accept
            .SelectMany(value => (value ?? "").Split(','))
            .Select(type => type.Split(';')[0].Trim())
            .Any(type => type is "*/*" || type == manifest.MediaType.Split(';')[0].Trim());
    }
}
