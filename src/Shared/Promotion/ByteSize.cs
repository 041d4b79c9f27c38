using System.Globalization;

namespace Promoter.Promotion;

/// <summary>Bytes as a person reads them: binary units, at most one decimal (<c>512 B</c>, <c>1.5 GiB</c>, <c>10 GiB</c>).</summary>
public static class ByteSize
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB"];

    public static string Format(long bytes)
    {
        double value = bytes;
        var unit = 0;
        for (; value >= 1024 && unit < Units.Length - 1; unit++) value /= 1024;
        return unit == 0 ? $"{bytes} B" : string.Create(CultureInfo.InvariantCulture, $"{value:0.#} {Units[unit]}");
    }
}
