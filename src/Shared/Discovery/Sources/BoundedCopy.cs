namespace Promoter.Discovery.Sources;

/// <summary>Takes in a stream that may be endless.</summary>
internal static class BoundedCopy
{
    /// <exception cref="ManifestException">The stream has more than <see cref="ManifestStream.MaxBytes"/>.</exception>
    public static async Task CopyAsync(Stream from, MemoryStream to, string name, CancellationToken cancellationToken)
    {
        var chunk = new byte[81920];
        while (await from.ReadAsync(chunk, cancellationToken) is > 0 and var read)
        {
            await to.WriteAsync(chunk.AsMemory(0, read), cancellationToken);
            if (to.Length > ManifestStream.MaxBytes) throw ManifestStream.TooLarge(name);
        }
    }
}
