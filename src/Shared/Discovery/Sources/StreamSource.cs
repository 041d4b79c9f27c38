namespace Promoter.Discovery.Sources;

/// <summary>Manifests that somebody pipes in: <c>-f -</c>.</summary>
public sealed class StreamSource(string name, Stream stream) : IManifestSource
{
    public string Description => name;

    public async Task<IReadOnlyList<ManifestDocument>> ReadAsync(CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        await BoundedCopy.CopyAsync(stream, buffer, name, cancellationToken);
        return ManifestStream.Read(name, buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }
}
