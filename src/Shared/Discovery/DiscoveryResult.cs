using Promoter.Oci;

namespace Promoter.Discovery;

/// <summary>What the manifests say about images.</summary>
/// <param name="Findings">In the order of the objects; the same reference may stand in several places.</param>
/// <param name="Skipped">Templated and empty values, documents that are no objects: reported, never guessed.</param>
/// <param name="Problems">What is wrong; a promotion that went on would leave images behind.</param>
public sealed record DiscoveryResult(
    IReadOnlyList<ImageFinding> Findings, IReadOnlyList<SkippedField> Skipped, IReadOnlyList<DiscoveryProblem> Problems)
{
    /// <summary>Every reference once, in the order of first appearance.</summary>
    public IReadOnlyList<ImageReference> Images => [.. Findings.Select(f => f.Reference).Distinct()];
}
