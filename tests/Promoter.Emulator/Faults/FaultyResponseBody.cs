namespace Promoter.Emulator.Faults;

/// <summary>Lets a part of the response's body pass and then does what the effect says.</summary>
internal sealed class FaultyResponseBody(Stream inner, Effect effect, Func<long?> length, Func<ValueTask> atPosition) : FaultyBody(inner)
{
    private long _passed;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        switch (effect.Kind)
        {
            case EffectKind.WrongBytes:
                await Inner.WriteAsync(Flipped(buffer), cancellationToken);
                break;
            case EffectKind.WrongLength:
                await WriteWithOtherLengthAsync(buffer, cancellationToken);
                break;
            default:
                var position = effect.Position.Resolve(length());
                var pass = (int)Math.Min(buffer.Length, position - _passed);
                _passed += pass;
                if (pass > 0) await Inner.WriteAsync(buffer[..pass], cancellationToken);
                if (_passed < position) return;
                await Inner.FlushAsync(cancellationToken);
                await atPosition();
                break;
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    private ReadOnlyMemory<byte> Flipped(ReadOnlyMemory<byte> buffer)
    {
        var position = Math.Min(effect.Position.Resolve(length()), Math.Max(0, (length() ?? 1) - 1));
        var here = position - _passed;
        _passed += buffer.Length;
        if (here < 0 || here >= buffer.Length) return buffer;
        var copy = buffer.ToArray();
        copy[here] ^= 1;
        return copy;
    }

    private async ValueTask WriteWithOtherLengthAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        var whole = length() ?? buffer.Length;
        var end = Math.Max(0, whole + effect.Delta);
        var pass = (int)Math.Clamp(end - _passed, 0, buffer.Length);
        _passed += buffer.Length;
        if (pass > 0) await Inner.WriteAsync(buffer[..pass], cancellationToken);
        if (_passed == whole && end > whole) await Inner.WriteAsync(new byte[end - whole], cancellationToken);
    }
}
