using Promoter.Oci;

namespace Promoter.Discovery;

/// <summary>Which objects, and which of their images, are meant. Each empty list selects everything.</summary>
public sealed record DiscoverySelection
{
    public static DiscoverySelection Everything { get; } = new();

    public LabelSelector Labels { get; init; } = LabelSelector.Everything;

    /// <summary>Objects without a namespace are selected too: manifests often leave it to whoever applies them.</summary>
    public IReadOnlyList<string> Namespaces { get; init; } = [];

    /// <summary><c>Deployment</c>, or <c>Deployment.apps</c> as kubectl writes it; case is ignored.</summary>
    public IReadOnlyList<string> Kinds { get; init; } = [];

    /// <summary>Globs over the repository, or over registry and repository together.</summary>
    public IReadOnlyList<Glob> Images { get; init; } = [];

    internal bool Selects(ManifestObject item) =>
        (Kinds.Count == 0 || Kinds.Any(k => Equals(k, item.Kind) || Equals(k, $"{item.Kind}.{item.Group}")))
        && (Namespaces.Count == 0 || item.Namespace.Length == 0 || Namespaces.Contains(item.Namespace, StringComparer.Ordinal))
        && Labels.Matches(item.Label);

    internal bool Selects(ImageReference image) => Images.Count == 0 || Images.Any(g => g.IsMatch(image.Repository) || g.IsMatch(image.Name));

    private static bool Equals(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
