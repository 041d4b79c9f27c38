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

    private sealed class PacedStream(Stream inner, ManualTime time, long bytesPerMillisecond) : StreamDecorator(inner)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await Inner.ReadAsync(buffer, cancellationToken);
            time.Advance(TimeSpan.FromMilliseconds((double)read / bytesPerMillisecond));
            return read;
        }
    }
}
