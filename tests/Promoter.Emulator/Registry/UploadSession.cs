using System.Security.Cryptography;

namespace Promoter.Emulator.Registry;

/// <summary>Bytes on their way into a repository: kept, or only hashed where they are more than is to be kept.</summary>
internal sealed class UploadSession(string repository, long keepUpTo, string algorithm) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(ContentDigest.HashName(algorithm));
    private MemoryStream? _kept = keepUpTo > 0 ? new MemoryStream() : null;
    private bool _spoilt;

    public string Id { get; } = Guid.NewGuid().ToString();

    public string Repository { get; } = repository;

    public long Length { get; private set; }

    /// <summary>The end of the first chunk: the <c>Range</c> that ECR repeats for ever.</summary>
    public long? FirstChunkEnd { get; set; }

    /// <summary>Size of the last part that came by the JSON API.</summary>
    public int LastPart { get; set; }

    /// <summary>A part below the minimum was followed by another.</summary>
    public bool HasSmallPart { get; set; }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        _hash.AppendData(bytes);
        Length += bytes.Length;
        if (_kept is null) return;
        if (Length > keepUpTo)
        {
            _kept.Dispose();
            _kept = null;
        }
        else
        {
            _kept.Write(bytes);
        }
    }

    /// <summary>Forgets a chunk that did not arrive whole. Where nothing is kept there is nothing to go back to, and the session cannot be finished.</summary>
    public void RollBackTo(long length)
    {
        if (Length == length) return;
        Length = length;
        if (_kept is null)
        {
            _spoilt = true;
            return;
        }

        _kept.SetLength(length);
        _hash.GetHashAndReset();
        _hash.AppendData(_kept.GetBuffer(), 0, (int)length);
    }

    /// <summary>The content if it has that digest, else null with the digest that it has.</summary>
    public BlobContent? Finish(string digest, out string actual)
    {
        var wanted = ContentDigest.AlgorithmOf(digest);
        actual = wanted == algorithm && !_spoilt
            ? ContentDigest.Format(algorithm, _hash.GetCurrentHash())
            : _kept is null ? "unknown: its content was not kept" : ContentDigest.Of(_kept.GetBuffer().AsSpan(0, (int)Length), wanted);
        if (actual != digest) return null;
        return _kept is null ? new DiscardedBlob(Length) : new KeptBlob(_kept.GetBuffer().AsMemory(0, (int)Length));
    }

    public void Dispose()
    {
        _hash.Dispose();
        _kept?.Dispose();
    }
}
