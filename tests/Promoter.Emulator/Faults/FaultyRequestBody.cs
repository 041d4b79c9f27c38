namespace Promoter.Emulator.Faults;

/// <summary>Lets a part of the request's body pass and then does what the effect says.</summary>
internal sealed class FaultyRequestBody(Stream inner, Effect effect, long? length, Func<ValueTask> atPosition) : FaultyBody(inner)
{
    private readonly long _position = effect.Position.Resolve(length);
    private long _passed;
    private bool _done;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        switch (effect.Kind)
        {
            case EffectKind.WrongBytes:
                return Flip(buffer, await Inner.ReadAsync(buffer, cancellationToken));
            case EffectKind.WrongLength:
                return await ReadAllButLastAsync(buffer, cancellationToken);
            default:
                if (_passed >= _position) await atPosition();
                var read = await Inner.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _position - _passed)], cancellationToken);
                _passed += read;
                if (read == 0) await atPosition();
                return read;
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    private int Flip(Memory<byte> buffer, int read)
    {
        if (!_done && _position < _passed + read)
        {
            buffer.Span[(int)(_position - _passed)] ^= 1;
            _done = true;
        }

        _passed += read;
        return read;
    }

    private async ValueTask<int> ReadAllButLastAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var read = await Inner.ReadAsync(buffer, cancellationToken);
        _passed += read;
        return length is { } l && _passed == l && read > 0 && !_done ? Drop(read) : read;

        int Drop(int count)
        {
            _done = true;
            return count - 1;
        }
    }
}
