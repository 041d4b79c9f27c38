using Promoter.Oci;

namespace Promoter.Copying;

/// <summary>Which attached artifacts travel with an image: all, none, or those of certain artifact types.</summary>
public sealed record ReferrerSelection
{
    public static readonly ReferrerSelection All = new([]) { TakesAll = true };
    public static readonly ReferrerSelection None = new([]);

    private ReferrerSelection(IReadOnlyList<string> types) => Types = types;

    public bool TakesAll { get; private init; }

    public IReadOnlyList<string> Types { get; }

    public bool IsNone => !TakesAll && Types.Count == 0;

    /// <summary>Parses <c>all</c>, <c>none</c> or a comma-separated list of artifact types.</summary>
    /// <exception cref="FormatException">The list is empty, mixes types with all or none, or holds what is no artifact type.</exception>
    public static ReferrerSelection Parse(string text) => text.Trim() switch
    {
        "all" => All,
        "none" => None,
        var list => Of(list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)),
    };

    /// <inheritdoc cref="Parse"/>
    public static ReferrerSelection Of(IReadOnlyList<string> types)
    {
        if (types is ["all"]) return All;
        if (types is ["none"]) return None;
        if (types.Count == 0 || types.Contains("all") || types.Contains("none")) throw new FormatException("referrers are 'all', 'none' or a list of artifact types");
        return new ReferrerSelection([.. types.Select(ParseType)]);
    }

    /// <exception cref="FormatException">The text is no media type.</exception>
    public static string ParseType(string text) => text.Contains('/', StringComparison.Ordinal)
        ? text
        : throw new FormatException($"'{text}' is not an artifact type: write a media type, for example application/spdx+json");

    public bool Takes(Descriptor referrer) => TakesAll || (referrer.ArtifactType is { } type && Types.Contains(type, StringComparer.Ordinal));

    public override string ToString() => TakesAll ? "all" : IsNone ? "none" : string.Join(',', Types);
}
