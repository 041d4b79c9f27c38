using System.Buffers;

namespace Promoter.Admission.Reviews;

/// <summary>The bytes of a request, in pooled memory.</summary>
internal sealed class ReviewBody : IDisposable
{
    /// <summary>The API server accepts 3 MiB per object and sends old and new together; controller-runtime allows the same 7 MiB.</summary>
    public const int Limit = 7 * 1024 * 1024;

    private byte[] _buffer;
    private int _length;

    private ReviewBody(int expected) => _buffer = ArrayPool<byte>.Shared.Rent(expected);

    public ReadOnlyMemory<byte> Memory => _buffer.AsMemory(0, _length);

    /// <returns>Null: larger than <see cref="Limit"/>.</returns>
    public static async Task<ReviewBody?> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > Limit) return null;
        var body = new ReviewBody((int)(request.ContentLength ?? 16 * 1024) + 1);
        try
        {
            while (true)
            {
                if (body._length == body._buffer.Length) body.Grow();
                var read = await request.Body.ReadAsync(body._buffer.AsMemory(body._length), cancellationToken);
                if (read == 0) return body;
                body._length += read;
                if (body._length > Limit) break;
            }
        }
        catch
        {
            body.Dispose();
            throw;
        }

        body.Dispose();
        return null;
    }

    public void Dispose()
    {
        var buffer = Interlocked.Exchange(ref _buffer, []);
        if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
    }

    private void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        _buffer.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
