using Promoter.Oci;

namespace Promoter.Job.Hook;

/// <summary>The identity of a Kubernetes object as Kustomize uses it.</summary>
internal sealed record ManifestId(string ApiVersion, string Kind, string? Namespace, string Name)
{
    public override string ToString() => $"{Kind} {(Namespace is null ? "" : Namespace + "/")}{Name}";
}

/// <summary>An image that a manifest names.</summary>
/// <param name="Object">Where it stands.</param>
/// <param name="Path">The JSON path of the field.</param>
/// <param name="Text">As it stands there.</param>
/// <param name="Reference">Null where the text is no reference, for the reason in <paramref name="Problem"/>.</param>
internal sealed record ManifestImage(ManifestId Object, string Path, string Text, ImageReference? Reference, string? Problem);
