using Promoter.Discovery;

namespace Promoter.Job.Hook;

/// <summary>The identity of a Kubernetes object as Kustomize uses it.</summary>
/// <param name="Namespace">Null where the object names none.</param>
internal sealed record ManifestId(string ApiVersion, string Kind, string? Namespace, string Name)
{
    public static ManifestId Of(FindingLocation location) =>
        new(location.ApiVersion, location.Kind, location.Namespace.Length > 0 ? location.Namespace : null, location.Name);

    public override string ToString() => $"{Kind} {(Namespace is null ? "" : Namespace + "/")}{Name}";
}
