namespace Promoter.Discovery.Sources;

/// <summary>An overlay, as <c>kustomize build</c> renders it, or <c>kubectl kustomize</c> where only kubectl is there.</summary>
/// <param name="directory">The directory with the <c>kustomization.yaml</c>.</param>
public sealed class KustomizeSource(string directory) : IManifestSource
{
    private static readonly Tool Kustomize = new("kustomize", "");
    private static readonly Tool Kubectl = new("kubectl", "install kustomize or kubectl, or render elsewhere and pipe the manifests in with -f -");

    public string Description => $"kustomize build {directory}";

    public async Task<IReadOnlyList<ManifestDocument>> ReadAsync(CancellationToken cancellationToken) =>
        ManifestStream.Read(Description, await RenderAsync(cancellationToken));

    /// <summary>What the build writes, for who has to hand it on.</summary>
    /// <exception cref="ManifestException">It cannot be rendered; what the tool said about it is in the message, whole.</exception>
    public async Task<byte[]> RenderAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(directory)) throw new ManifestException($"-k {directory}: there is no such directory") { File = directory };

        // A path that starts with a dash would be read as an option.
        var path = Path.GetFullPath(directory);
        return Kustomize.IsInstalled
            ? await Kustomize.RunAsync(["build", path], cancellationToken)
            : await Kubectl.RunAsync(["kustomize", path], cancellationToken);
    }
}
