namespace Promoter.Emulator.Registry;

/// <summary>The content of a blob, wherever it comes from.</summary>
public abstract class BlobContent
{
    /// <summary>In bytes.</summary>
    public abstract long Length { get; }

    /// <summary>Whether <see cref="WriteToAsync"/> can be called.</summary>
    public virtual bool IsReadable => true;

    public abstract Task WriteToAsync(Stream destination, long offset, long count, CancellationToken cancellationToken);

    public static BlobContent Of(ReadOnlyMemory<byte> bytes) => new KeptBlob(bytes);

    /// <summary>The content as bytes; for blobs of test size.</summary>
    public async Task<byte[]> ReadAsync(CancellationToken cancellationToken)
    {
        var buffer = new MemoryStream((int)Length);
        await WriteToAsync(buffer, 0, Length, cancellationToken);
        return buffer.ToArray();
    }
}

/// <summary>Bytes in memory.</summary>
internal sealed class KeptBlob(ReadOnlyMemory<byte> bytes) : BlobContent
{
    private const int WriteSize = 64 * 1024;

    public override long Length => bytes.Length;

    public ReadOnlyMemory<byte> Bytes => bytes;

    public override async Task WriteToAsync(Stream destination, long offset, long count, CancellationToken cancellationToken)
    {
        var rest = bytes.Slice((int)offset, (int)count);
        while (!rest.IsEmpty)
        {
            var part = rest[..Math.Min(WriteSize, rest.Length)];
            await destination.WriteAsync(part, cancellationToken);
            rest = rest[part.Length..];
        }
    }
}

/// <summary>A blob that was uploaded, verified and thrown away (see <see cref="RegistryBehaviour.KeepBlobsUpTo"/>).</summary>
internal sealed class DiscardedBlob(long length) : BlobContent
{
    public override long Length => length;

    public override bool IsReadable => false;

    public override Task WriteToAsync(Stream destination, long offset, long count, CancellationToken cancellationToken) =>
        throw new NotSupportedException("this blob was verified when it was uploaded, and its content was not kept: raise KeepBlobsUpTo to read it back");
}
