using Promoter.Oci;
using Promoter.Promotion;
using Promoter.Registries;

namespace Promoter.Job.Doctor;

/// <summary>What any registry can be asked without changing anything: whether it answers, and whether the layers of an image can be read from where it keeps them.</summary>
internal static class ReachabilityChecks
{
    // A tag that nobody gives: the answer is "not there", which is all that is wanted.
    private static readonly Tag NoTag = Tag.Parse("promoter-doctor");

    /// <summary>Reads one byte of a layer: the layer host is another one than the registry, with a network path of its own.</summary>
    public static Task<DoctorCheck> LayersAsync(RegistryClients registries, PlannedImage image, CancellationToken cancellationToken)
    {
        var source = registries.Repository(image.Request.Source.Registry, image.Request.Source.Repository, Side.Source);
        var reference = image.Digest is { } digest ? ManifestReference.Of(digest) : image.Request.Source.Manifest;
        return CheckAsync(source, $"layer host of {image.Request.Source.Repository}", ct => ReadLayerAsync(source, reference, ct), cancellationToken);
    }

    /// <summary>Whether the registry endpoint answers, which is another host than that of the platform's API.</summary>
    /// <param name="isDiagnosed">Its permissions are checked one by one elsewhere, so that a refusal is no news here.</param>
    public static async Task<DoctorCheck?> RegistryAsync(RegistryClients registries, DoctorScope scope, bool isDiagnosed, CancellationToken cancellationToken)
    {
        if (scope.Repositories.Concat(scope.Examples).FirstOrDefault() is not { } name) return null;
        var repository = registries.Repository(scope.Host, name, scope.Side);
        var check = await CheckAsync(repository, "registry", ct => HeadAsync(repository, ct), cancellationToken);
        return check.ExitCode == ExitCode.AccessDenied && isDiagnosed ? null : check;
    }

    private static async Task<string> HeadAsync(IRepository repository, CancellationToken cancellationToken)
    {
        await repository.HeadManifestAsync(ManifestReference.Of(NoTag), cancellationToken);
        return "answers";
    }

    private static async Task<DoctorCheck> CheckAsync(IRepository repository, string name, Func<CancellationToken, Task<string>> look, CancellationToken cancellationToken)
    {
        try
        {
            return new DoctorCheck(repository.Side, repository.Host, name, DoctorStatus.Ok, await look(cancellationToken));
        }
        catch (RegistryException e)
        {
            return new DoctorCheck(repository.Side, repository.Host, name, DoctorStatus.Fail, e.Message) { ExitCode = ExitCodes.Of(e) };
        }
    }

    private static async Task<string> ReadLayerAsync(IRepository source, ManifestReference reference, CancellationToken cancellationToken)
    {
        var manifest = await source.FetchManifestAsync(reference, cancellationToken);
        if (manifest is { IsIndex: true, Manifests: [var child, ..] }) manifest = await source.FetchManifestAsync(ManifestReference.Of(child.Digest), cancellationToken);
        if (manifest is null) return "not tried: the source no longer has the image, and the target does";
        if (manifest.Blobs.FirstOrDefault(b => !MediaTypes.IsForeignLayer(b.MediaType)) is not { } blob) return "the image has no layer to read";
        await using var stream = await source.OpenBlobAsync(blob, 0, cancellationToken);
        var read = await stream.ReadAsync(new byte[1], cancellationToken);
        return read == 1 || blob.Size == 0 ? "answers" : "answers with nothing";
    }
}
