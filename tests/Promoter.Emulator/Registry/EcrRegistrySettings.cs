namespace Promoter.Emulator.Registry;

/// <summary>What ECR keeps per account and region.</summary>
internal sealed class EcrRegistrySettings
{
    public string? RegistryPolicy { get; set; }

    /// <summary>BASIC_SCAN_TYPE_VERSION and REGISTRY_POLICY_SCOPE; BLOB_MOUNTING is <see cref="RegistryBehaviour.Mounts"/>.</summary>
    public Dictionary<string, string> AccountSettings { get; } = new(StringComparer.Ordinal) { ["BASIC_SCAN_TYPE_VERSION"] = "AWS_NATIVE", ["REGISTRY_POLICY_SCOPE"] = "V2" };

    public List<RepositoryCreationTemplate> Templates { get; } = [];
}
