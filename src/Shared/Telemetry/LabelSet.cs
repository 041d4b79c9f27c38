namespace Promoter.Telemetry;

/// <summary>The labels of one series, in the order of their names, ready to be printed.</summary>
internal readonly record struct LabelSet(string Text)
{
    public static readonly LabelSet Empty = new("");

    public static LabelSet Of(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty) return Empty;
        var sorted = tags.ToArray();
        Array.Sort(sorted, (left, right) => string.CompareOrdinal(left.Key, right.Key));
        return new LabelSet(string.Join(',', sorted.Select(tag => $"{PrometheusText.Name(tag.Key)}=\"{PrometheusText.Escape(tag.Value?.ToString() ?? "")}\"")));
    }
}
