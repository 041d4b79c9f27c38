using System.Net;
using System.Security.Cryptography;

namespace Promoter.Interop.Tests.Tools;

/// <summary>A request body of noise that repeats every MiB, made while it is sent, and hashed on the way.</summary>
internal sealed class NoiseContent : HttpContent
{
    private readonly byte[] _block;
    private readonly long _size;
    private string? _digest;

    public NoiseContent(long size, int seed)
    {
        _block = new byte[1 << 20];
        new Random(seed).NextBytes(_block);
        _size = size;
        Headers.ContentType = new("application/octet-stream");
    }

    /// <summary>A body of exactly these bytes.</summary>
    public NoiseContent(byte[] content)
    {
        _block = content;
        _size = content.Length;
        Headers.ContentType = new("application/octet-stream");
    }

    /// <summary>The digest of what was sent.</summary>
    public string Digest => _digest ?? throw new InvalidOperationException("The content was not sent yet.");

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var left = _size; left > 0;)
        {
            var part = _block.AsMemory(0, (int)Math.Min(left, _block.Length));
            hash.AppendData(part.Span);
            await stream.WriteAsync(part);
            left -= part.Length;
        }

        _digest = $"sha256:{Convert.ToHexStringLower(hash.GetHashAndReset())}";
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _size;
        return true;
    }
}
