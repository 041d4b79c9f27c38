using Promoter.Oci;

namespace Promoter.Promotion.Configuration;

/// <summary>Which tags a rule promotes, and which may point to another image afterwards.</summary>
public sealed record TagPolicy
{
    public IReadOnlyList<Glob> Allow { get; init; } = [Glob.All];

    /// <summary>Wins over <see cref="Allow"/>.</summary>
    public IReadOnlyList<Glob> Deny { get; init; } = [];

    /// <summary>Tags that may be pointed to another digest; all others are a conflict then.</summary>
    public IReadOnlyList<Glob> MayMove { get; init; } = [];

    public bool MayTagMove(Tag tag) => MayMove.Any(g => g.IsMatch(tag.ToString()));

    /// <summary>Why the tag may not be promoted, or null where it may.</summary>
    public string? Refusal(Tag tag)
    {
        var text = tag.ToString();
        if (Deny.FirstOrDefault(g => g.IsMatch(text)) is { } denied) return $"tag '{text}' is denied by '{denied}'";
        return Allow.Any(g => g.IsMatch(text)) ? null : $"tag '{text}' is not among the allowed tags ({string.Join(", ", Allow)})";
    }

    internal static ConfigShape<TagPolicy> Shape { get; } = new ConfigShape<TagPolicy>(
        "tags", "Which tags may be promoted, and which may move.", new TagPolicy())
        .Key("allow", ConfigTypes.ListOf(ConfigTypes.Glob), t => t.Allow, (t, v) => t with { Allow = v }, "Globs over tags that may be promoted.")
        .Key(
            "deny", ConfigTypes.ListOf(ConfigTypes.Glob), t => t.Deny, (t, v) => t with { Deny = v },
            "Globs over tags that are refused (exit code 8); wins over `allow`.")
        .Key(
            "mayMove", ConfigTypes.ListOf(ConfigTypes.Glob), t => t.MayMove, (t, v) => t with { MayMove = v },
            "Globs over tags that may be pointed to another digest at the target; any other tag that differs is a conflict (exit code 5).");
}
