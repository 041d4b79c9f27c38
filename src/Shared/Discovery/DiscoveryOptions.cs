namespace Promoter.Discovery;

/// <summary>What is looked for, and where.</summary>
public sealed record DiscoveryOptions
{
    public static DiscoveryOptions Default { get; } = new();

    /// <summary>Fields of kinds that carry images in a place of their own.</summary>
    public IReadOnlyList<FieldSpec> Fields { get; init; } = [];

    public DiscoverySelection Selection { get; init; } = DiscoverySelection.Everything;
}
