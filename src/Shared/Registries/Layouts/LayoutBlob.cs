using System.Buffers;

namespace Promoter.Registries.Layouts;

/// <summary>Copies a blob into a file, in one pooled buffer; the reader vouches for its bytes.</summary>
internal static class LayoutBlob
{
    private const int BufferSize = 80 * 1024;

    public static async Task CopyAsync(BlobReader content, Stream file, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (await content.ReadAsync(buffer.AsMemory(0, BufferSize), cancellationToken) is > 0 and var read) await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
