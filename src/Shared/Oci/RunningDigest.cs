using System.Security.Cryptography;

namespace Promoter.Oci;

/// <summary>A digest that grows with the bytes that pass by, so that content is verified without being kept.</summary>
public sealed class RunningDigest(DigestAlgorithm algorithm) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(algorithm.HashName);

    /// <summary>Bytes seen so far.</summary>
    public long Length { get; private set; }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        _hash.AppendData(bytes);
        Length += bytes.Length;
    }

    /// <summary>The digest of all bytes so far; appending may go on afterwards.</summary>
    public Digest Current()
    {
        Span<byte> hash = stackalloc byte[64];
        return Digest.FromHash(algorithm, hash[.._hash.GetCurrentHash(hash)]);
    }

    public void Dispose() => _hash.Dispose();
}
