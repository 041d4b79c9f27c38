using Promoter.Oci;

namespace Promoter.Admission.OnDemand;

/// <summary>An image that a rule covers: where pods shall find it, and where it comes from.</summary>
/// <param name="Rule">The rule's name.</param>
/// <param name="NamesSource">Whether the pod's author wrote the source reference; it is then rewritten.</param>
internal sealed record PairedImage(string Rule, ImageReference Source, ImageReference Target, bool NamesSource)
{
    /// <summary>Repository, tag and a shortened digest: what a person needs in a warning of 120 characters.</summary>
    public string Short { get; } = $"{Target.Repository}{(Target.Tag is { } tag ? $":{tag}" : "")}{(Target.Digest is { } digest ? $"@{digest.Algorithm}:{digest.Short}" : "")}";
}
