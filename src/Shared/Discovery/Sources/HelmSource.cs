namespace Promoter.Discovery.Sources;

/// <summary>A chart, as <c>helm template</c> renders it.</summary>
/// <param name="chart">The chart's directory or archive.</param>
/// <param name="values">Values files, later ones win.</param>
public sealed class HelmSource(string chart, IReadOnlyList<string> values) : IManifestSource
{
    // What manifests are named by does not change their images.
    private const string Release = "release";
    private static readonly Tool Helm = new("helm", "install helm, or render elsewhere and pipe the manifests in with -f -");

    public string Description => $"helm template {chart}";

    public async Task<IReadOnlyList<ManifestDocument>> ReadAsync(CancellationToken cancellationToken)
    {
        if (!Path.Exists(chart)) throw new ManifestException($"--helm-chart {chart}: there is no such directory or file") { File = chart };
        if (values.FirstOrDefault(file => !File.Exists(file)) is { } missing)
        {
            throw new ManifestException($"--values {missing}: there is no such file") { File = missing };
        }

        IEnumerable<string> files = values.SelectMany(file => (string[])["--values", Path.GetFullPath(file)]);
        var output = await Helm.RunAsync(["template", Release, Path.GetFullPath(chart), .. files], cancellationToken);
        return ManifestStream.Read(Description, output);
    }
}
