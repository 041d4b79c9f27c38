using System.Buffers;
using System.Globalization;

namespace Promoter.Admission.Decisions;

/// <summary>How long one review may take: what the API server says in <c>?timeout</c>, less what the answer's way back needs.</summary>
internal sealed class TimeBudget(TimeSpan timeout, TimeProvider time)
{
    /// <summary>What the API server uses where the configuration says nothing.</summary>
    public static readonly TimeSpan Default = TimeSpan.FromSeconds(10);

    /// <summary>All webhooks of one request share 34 seconds, whatever ours was promised.</summary>
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Reserve = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");
    private readonly long _started = time.GetTimestamp();

    public TimeSpan Elapsed => time.GetElapsedTime(_started);

    /// <summary>What is left of all of it.</summary>
    public TimeSpan Left => Clamp(Usable - Elapsed);

    private TimeSpan Usable
    {
        get
        {
            var whole = timeout < Most ? timeout : Most;
            return whole > Reserve * 2 ? whole - Reserve : whole / 2;
        }
    }

    /// <summary>What is left for waiting for a short copy: never more than half, so that the rest of the pod is decided in peace.</summary>
    public TimeSpan LeftInline(TimeSpan limit)
    {
        var half = Usable / 2;
        return Clamp((limit < half ? limit : half) - Elapsed);
    }

    /// <summary>Reads a Go duration: <c>10s</c>, <c>1m30s</c>, <c>500ms</c>; anything else means <see cref="Default"/>.</summary>
    public static TimeSpan Parse(ReadOnlySpan<char> text)
    {
        var total = TimeSpan.Zero;
        var rest = text;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(Digits);
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return Default;
            rest = rest[digits..];
            var next = rest.IndexOfAny(Digits);
            var unit = next < 0 ? rest : rest[..next];
            if (UnitOf(unit) is not { } length || number > Longest / length) return Default;
            total += length * number;
            rest = rest[unit.Length..];
        }

        return total > TimeSpan.Zero ? total : Default;
    }

    private static TimeSpan? UnitOf(ReadOnlySpan<char> unit) => unit switch
    {
        "ms" => TimeSpan.FromMilliseconds(1),
        "s" => TimeSpan.FromSeconds(1),
        "m" => TimeSpan.FromMinutes(1),
        "h" => TimeSpan.FromHours(1),
        _ => null,
    };

    private static TimeSpan Clamp(TimeSpan span) => span > TimeSpan.Zero ? span : TimeSpan.Zero;
}
