using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Tests.Registries;

/// <summary>A source that gives a burst and is then silent, for as long as nobody asks it for a range; the test's clock runs meanwhile.</summary>
internal sealed class SilentRepository(IRepository inner, ManualTime time, long burst) : RepositoryDecorator(inner)
{
    private const int Patience = 5000;
    private volatile bool _isAskedForRange;

    public bool IsAskedForRange => _isAskedForRange;

    public override async Task<Stream> OpenBlobAsync(Descriptor blob, long offset, CancellationToken cancellationToken) =>
        new SilentStream(await base.OpenBlobAsync(blob, offset, cancellationToken), this);

    public override Task<Stream?> OpenBlobRangeAsync(Descriptor blob, long offset, long end, CancellationToken cancellationToken)
    {
        _isAskedForRange = true;
        return base.OpenBlobRangeAsync(blob, offset, end, cancellationToken);
    }

    private async Task BeSilentAsync(CancellationToken cancellationToken)
    {
        for (var moment = 0; moment < Patience && !_isAskedForRange; moment++)
        {
            time.Advance(TimeSpan.FromMilliseconds(5));
            await Task.Delay(1, cancellationToken);
        }
    }

    private sealed class SilentStream(Stream inner, SilentRepository source) : StreamDecorator(inner)
    {
        private long _given;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_given >= source.Burst) await source.BeSilentAsync(cancellationToken);
            var read = await Inner.ReadAsync(buffer, cancellationToken);
            _given += read;
            return read;
        }
    }

    private long Burst => burst;
}
