namespace Promoter.Oci;

/// <summary>The platform that an index gives for a manifest (OCI image-spec, image-index.md).</summary>
public sealed record Platform(string Architecture, string Os, string? Variant = null, string? OsVersion = null)
{
    /// <summary>buildx marks its attestation manifests with the platform unknown/unknown.</summary>
    public bool IsUnknown => Architecture is "unknown" && Os is "unknown";

    public override string ToString() => Variant is null ? $"{Os}/{Architecture}" : $"{Os}/{Architecture}/{Variant}";
}
