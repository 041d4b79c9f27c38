using Promoter.Oci;
using Promoter.Promotion;
using Promoter.Registries;

namespace Promoter.Job.Doctor;

/// <summary>What any registry can be asked without changing anything: whether the image is at the source, whether its layers can be read, whether the target answers.</summary>
internal static class ReachabilityChecks
{
    public static async Task<IReadOnlyList<DoctorCheck>> RunAsync(RegistryClients registries, PromotionRequest request, CancellationToken cancellationToken)
    {
        var source = registries.Repository(request.Source.Registry, request.Source.Repository, Side.Source);
        var target = registries.Repository(request.Target.Registry, request.Target.Repository, Side.Target);
        return
        [
            await CheckAsync(source, $"image {request.Source.Repository}", ct => ImageAsync(source, request.Source.Manifest, ct), cancellationToken),
            await CheckAsync(source, $"layers of {request.Source.Repository}", ct => LayersAsync(source, request.Source.Manifest, ct), cancellationToken),
            await CheckAsync(target, $"repository {request.Target.Repository}", ct => TargetAsync(target, request.Target.Manifest, ct), cancellationToken),
        ];
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

    private static async Task<string> ImageAsync(IRepository source, ManifestReference reference, CancellationToken cancellationToken)
    {
        var found = await source.HeadManifestAsync(reference, cancellationToken) ?? throw NotFound(source, reference);
        return $"{reference} is there ({found.Digest.Short})";
    }

    private static async Task<string> LayersAsync(IRepository source, ManifestReference reference, CancellationToken cancellationToken)
    {
        var manifest = await source.FetchManifestAsync(reference, cancellationToken);
        if (manifest is { IsIndex: true, Manifests: [var child, ..] }) manifest = await source.FetchManifestAsync(ManifestReference.Of(child.Digest), cancellationToken);
        if (manifest?.Blobs.FirstOrDefault(b => !MediaTypes.IsForeignLayer(b.MediaType)) is not { } blob) return "the image has no layer to read";

        // The layer host is another one than the registry, with a network path of its own.
        await using var stream = await source.OpenBlobAsync(blob, 0, cancellationToken);
        var read = await stream.ReadAsync(new byte[1], cancellationToken);
        return read == 1 || blob.Size == 0 ? "the layer host answers" : "the layer host answers with nothing";
    }

    private static async Task<string> TargetAsync(IRepository target, ManifestReference reference, CancellationToken cancellationToken) =>
        await target.HeadManifestAsync(reference, cancellationToken) is { } present ? $"{reference} is there already ({present.Digest.Short})" : $"answers; {reference} is not there yet";

    private static RegistryException NotFound(IRepository source, ManifestReference reference) =>
        new(RegistryFault.NotFound, $"{source.Host}/{source.Name} has no {reference}") { Side = Side.Source, Host = source.Host, Repository = source.Name, Operation = "look up manifest" };
}
