using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Promoter.Emulator.Registry;

/// <summary>A blob of any size that is generated while it is read: it needs 64 KiB of memory, whatever its length.</summary>
public sealed class SyntheticBlob : BlobContent
{
    private const int BlockSize = 64 * 1024;
    private static readonly ConcurrentDictionary<(long Length, int Seed), string> Digests = new();
    private readonly byte[] _template = new byte[BlockSize];
    private readonly int _seed;

    /// <param name="length">In bytes.</param>
    /// <param name="seed">Blobs of another seed have other bytes throughout.</param>
    public SyntheticBlob(long length, int seed = 0)
    {
        Length = length;
        _seed = seed;
        new Random(seed).NextBytes(_template);
    }

    public override long Length { get; }

    /// <summary>The sha256 digest; computed once per process for a length and seed (about a second per GiB).</summary>
    public string Digest => Digests.GetOrAdd((Length, _seed), _ => ComputeDigest());

    public override async Task WriteToAsync(Stream destination, long offset, long count, CancellationToken cancellationToken)
    {
        var block = _template.ToArray();
        while (count > 0)
        {
            var start = (int)(offset % BlockSize);
            var size = (int)Math.Min(BlockSize - start, count);
            Number(block, offset / BlockSize);
            await destination.WriteAsync(block.AsMemory(start, size), cancellationToken);
            offset += size;
            count -= size;
        }
    }

    // Every block begins with its number, so that swapped or repeated blocks change the digest.
    private static void Number(byte[] block, long number) => BinaryPrimitives.WriteInt64LittleEndian(block, number);

    private string ComputeDigest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var block = _template.ToArray();
        for (long offset = 0; offset < Length; offset += BlockSize)
        {
            Number(block, offset / BlockSize);
            hash.AppendData(block, 0, (int)Math.Min(BlockSize, Length - offset));
        }

        return ContentDigest.Format(ContentDigest.Sha256, hash.GetHashAndReset());
    }
}
