using System.Globalization;
using System.Text.RegularExpressions;

namespace Promoter.Promotion.Configuration;

/// <summary>Durations and sizes as people write them.</summary>
public static partial class ConfigUnits
{
    public const string DurationPattern = "^([0-9]+(ms|s|m|h|d))+$";
    public const string SizePattern = "^[0-9]+(B|kB|KB|MB|GB|KiB|MiB|GiB)?$";

    private static readonly (string Unit, TimeSpan Length)[] DurationUnits =
    [
        ("d", TimeSpan.FromDays(1)), ("h", TimeSpan.FromHours(1)), ("m", TimeSpan.FromMinutes(1)), ("s", TimeSpan.FromSeconds(1)),
        ("ms", TimeSpan.FromMilliseconds(1)),
    ];

    // Largest first and binary before decimal: that is how Print picks the unit.
    private static readonly (string Unit, long Bytes)[] SizeUnits =
        [("GiB", 1L << 30), ("MiB", 1L << 20), ("KiB", 1L << 10), ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000), ("KB", 1000), ("B", 1)];

    /// <exception cref="FormatException">Not a duration, or not longer than nothing.</exception>
    public static TimeSpan ParseDuration(string text)
    {
        if (!Duration().IsMatch(text)) throw new FormatException($"'{text}' is not a duration: write a number and a unit, for example 500ms, 30s, 5m or 1h30m");
        var total = TimeSpan.Zero;
        try
        {
            foreach (Match part in DurationPart().Matches(text))
            {
                var unit = Array.Find(DurationUnits, u => u.Unit == part.Groups["unit"].Value).Length;
                total += unit * long.Parse(part.Groups["number"].Value, CultureInfo.InvariantCulture);
            }
        }
        catch (OverflowException e)
        {
            throw new FormatException($"the duration '{text}' is too long", e);
        }

        if (total > TimeSpan.Zero) return total;
        throw new FormatException($"the duration '{text}' must be longer than nothing: leave the key out for the default");
    }

    /// <exception cref="FormatException">Not a size, or not more than nothing.</exception>
    public static long ParseSize(string text)
    {
        if (!Size().IsMatch(text)) throw new FormatException($"'{text}' is not a size: write bytes or a number and a unit, for example 64KiB, 256MiB or 1GB");
        var digits = text.TrimEnd("BkKMGi".ToCharArray());
        var unit = text[digits.Length..];
        try
        {
            var bytes = checked(long.Parse(digits, CultureInfo.InvariantCulture) * (unit is "" ? 1 : Array.Find(SizeUnits, u => u.Unit == unit).Bytes));
            return bytes > 0 ? bytes : throw new FormatException($"the size '{text}' must be more than nothing");
        }
        catch (OverflowException e)
        {
            throw new FormatException($"the size '{text}' is too large", e);
        }
    }

    /// <summary>A duration as <see cref="ParseDuration"/> reads it.</summary>
    public static string Print(TimeSpan duration)
    {
        var text = "";
        foreach (var (unit, length) in DurationUnits)
        {
            var count = duration.Ticks / length.Ticks;
            duration -= length * count;
            if (count > 0) text += string.Create(CultureInfo.InvariantCulture, $"{count}{unit}");
        }

        return text;
    }

    /// <summary>A size as <see cref="ParseSize"/> reads it, in the largest unit that loses nothing.</summary>
    public static string Print(long bytes)
    {
        var (unit, length) = Array.Find(SizeUnits, u => bytes % u.Bytes == 0);
        return string.Create(CultureInfo.InvariantCulture, $"{bytes / length}{unit}");
    }

    [GeneratedRegex(DurationPattern, RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Duration();

    [GeneratedRegex("(?<number>[0-9]+)(?<unit>ms|s|m|h|d)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DurationPart();

    [GeneratedRegex(SizePattern, RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Size();
}
