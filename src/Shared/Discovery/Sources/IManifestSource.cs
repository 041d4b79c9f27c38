namespace Promoter.Discovery.Sources;

/// <summary>A place that manifests come from.</summary>
public interface IManifestSource
{
    /// <summary>The place as a person would name it: a path, a command.</summary>
    string Description { get; }

    /// <summary>Reads, or renders, all documents.</summary>
    /// <exception cref="ManifestException">They cannot be read or rendered; what a tool said about it is in the message, whole.</exception>
    Task<IReadOnlyList<ManifestDocument>> ReadAsync(CancellationToken cancellationToken);
}
