using System.Text.Json;
using Promoter.Emulator.Faults;

namespace Promoter.Emulator.Registry;

/// <summary>PUT of manifests: over HTTP here, and the same rules for ECR's PutImage.</summary>
internal sealed class ManifestPush(RegistryStore store)
{
    private const int MaxBytes = 4 * 1024 * 1024;

    public async Task PutAsync(HttpContext context, RegistryRoute route)
    {
        var buffer = new MemoryStream();
        await context.Request.Body.CopyToAsync(buffer, context.RequestAborted);
        if (buffer.Length > MaxBytes) throw new RegistryErrorException(413, "SIZE_INVALID", $"the manifest has {buffer.Length} bytes, at most {MaxBytes} are accepted");

        var byDigest = route.Reference.Contains(':', StringComparison.Ordinal);
        List<string> tags = byDigest ? store.Behaviour.MultiTagPush ? [.. context.Request.Query["tag"].OfType<string>()] : [] : [route.Reference];
        if (FaultInjection.Requested(context) == EffectKind.LayersVanish) DropUnreferencedBlobs(route.Repository);
        var pushed = Store(route.Repository, buffer.ToArray(), context.Request.ContentType ?? "", byDigest ? route.Reference : null, tags);

        var response = context.Response;
        response.StatusCode = StatusCodes.Status201Created;
        response.Headers.Location = $"/v2/{route.Repository}/manifests/{pushed.Digest}";
        response.Headers["Docker-Content-Digest"] = pushed.Digest;
        if (pushed.Subject is { } subject && store.Behaviour.HasReferrersApi) response.Headers["OCI-Subject"] = subject;
        if (byDigest && tags.Count > 0) response.Headers["OCI-Tag"] = string.Join(", ", tags);
    }

    /// <param name="digest">The digest it must have; null: sha256, whatever it is.</param>
    /// <exception cref="RegistryErrorException">Refused; nothing was stored and no tag has moved.</exception>
    public StoredManifest Store(string repository, byte[] bytes, string mediaType, string? digest, IReadOnlyCollection<string> tags)
    {
        if (digest is not null && !ContentDigest.IsValid(digest)) throw new RegistryErrorException(400, "DIGEST_INVALID", "provided digest is not valid");
        var actual = ContentDigest.Of(bytes, digest is null ? ContentDigest.Sha256 : ContentDigest.AlgorithmOf(digest));
        if (digest is not null && actual != digest) throw store.Wording.ManifestDigestDiffers(digest, actual);
        StoredManifest manifest;
        try
        {
            manifest = StoredManifest.Parse(bytes, mediaType, actual);
        }
        catch (JsonException e)
        {
            throw store.Wording.ManifestInvalid(e.Message);
        }

        if (manifest.MediaType.Length == 0) throw store.Wording.ManifestInvalid("it has no media type");
        if (store.Behaviour.RefusesMediaTypeParameters && manifest.MediaTypes.Any(t => t.Contains(';', StringComparison.Ordinal))) throw store.Wording.ManifestInvalid("a media type has parameters");
        return store.InPushed(repository, r =>
        {
            if (store.Behaviour.RequiresContent) RequireContent(r, manifest);
            if (store.Behaviour.RequiresSubject && manifest.Subject is { } subject && !r.Manifests.ContainsKey(subject)) throw store.Wording.ManifestInvalid($"its subject {subject} is not here");
            RequireMovable(r, actual, tags);
            if (!r.Manifests.ContainsKey(actual)) manifest.PushedAt = store.Clock.GetUtcNow();
            r.Manifests.TryAdd(actual, manifest);
            foreach (var tag in tags) r.Tags[tag] = actual;
            var stored = r.Manifests[actual];
            // Pushing an archived image again brings it back.
            stored.ArchivedUntil = DateTimeOffset.MinValue;
            if (store.Behaviour.SignsOnPush && tags.Count > 0) ManagedSigning.Sign(r, stored, store.Clock.GetUtcNow());
            return stored;
        });
    }

    // A subject need not exist (distribution-spec, "Pushing Manifests with Subject"), and foreign layers are never stored.
    private void RequireContent(StoredRepository repository, StoredManifest manifest)
    {
        List<string> blobs = [.. manifest.Blobs.Where(b => !b.IsForeign && !repository.Blobs.ContainsKey(b.Digest)).Select(b => b.Digest).Distinct()];
        if (blobs.Count > 0) throw store.Wording.LayersMissing(repository.Name, blobs);
        List<string> children = [.. manifest.Manifests.Where(m => !repository.Manifests.ContainsKey(m.Digest)).Select(m => m.Digest).Distinct()];
        if (children.Count > 0) throw store.Wording.ImagesMissing(repository.Name, children);
    }

    // ECR refuses a tag that exists in an immutable repository even where the digest is the same (containers-roadmap#2179).
    private void RequireMovable(StoredRepository repository, string digest, IReadOnlyCollection<string> tags)
    {
        var taken = tags.FirstOrDefault(t => repository.Tags.ContainsKey(t) && repository.Settings.IsImmutable(t));
        if (taken is null) return;
        if (repository.Tags[taken] == digest && repository.Manifests[digest].IsArchivedAt(store.Clock.GetUtcNow())) return;
        throw RegistryWording.TagImmutable(repository.Name, taken);
    }

    private void DropUnreferencedBlobs(string repository) => store.In(repository, r =>
    {
        foreach (var blob in r.Blobs.Keys.Where(b => !r.IsReferenced(b)).ToList()) r.Blobs.Remove(blob);
    });
}
