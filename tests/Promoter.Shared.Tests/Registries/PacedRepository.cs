using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Tests.Registries;

/// <summary>A repository whose downloads take time on the test's clock, and no more of anybody's than the machine needs.</summary>
internal sealed class PacedRepository(IRepository inner, ManualTime time, long bytesPerMillisecond) : RepositoryDecorator(inner)
{
    public override async Task<Stream> OpenBlobAsync(Descriptor blob, long offset, CancellationToken cancellationToken) =>
        new PacedStream(await base.OpenBlobAsync(blob, offset, cancellationToken), time, bytesPerMillisecond);

    public override async Task<Stream?> OpenBlobRangeAsync(Descriptor blob, long offset, long end, CancellationToken cancellationToken) =>
        await base.OpenBlobRangeAsync(blob, offset, end, cancellationToken) is { } stream ? new PacedStream(stream, time, bytesPerMillisecond) : null;

    private sealed class PacedStream(Stream inner, ManualTime time, long bytesPerMillisecond) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await inner.ReadAsync(buffer, cancellationToken);
            time.Advance(TimeSpan.FromMilliseconds((double)read / bytesPerMillisecond));
            return read;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing) inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
