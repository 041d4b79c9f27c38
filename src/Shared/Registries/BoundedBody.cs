namespace Promoter.Registries;

/// <summary>Reads a response body up to a limit, so that no answer can fill the memory.</summary>
internal static class BoundedBody
{
    /// <returns>At most <paramref name="limit"/> + 1 bytes: one more tells the caller that the limit was passed.</returns>
    public static async Task<byte[]> ReadAsync(HttpResponseMessage response, int limit, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var known = response.Content.Headers.ContentLength;
        var buffer = new byte[known is { } length && length <= limit ? (int)length : Math.Min(limit, 16 * 1024) + 1];
        var filled = 0;
        while (filled <= limit)
        {
            if (filled == buffer.Length)
            {
                if (known == filled) break;
                Array.Resize(ref buffer, (int)Math.Min((long)buffer.Length * 2, limit + 1L));
            }

            var read = await stream.ReadAsync(buffer.AsMemory(filled), cancellationToken);
            if (read == 0) break;
            filled += read;
        }

        return filled == buffer.Length ? buffer : buffer[..filled];
    }
}
