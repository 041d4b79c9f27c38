namespace Promoter.Registries;

/// <summary>What a registry did with a manifest.</summary>
/// <param name="SubjectIsListed">
/// False where the manifest has a subject and the registry did not confirm (<c>OCI-Subject</c>) that it lists it there; the client then keeps the fallback
/// tag (distribution-spec, "Pushing Manifests with Subject").
/// </param>
public readonly record struct PushedManifest(bool SubjectIsListed);
