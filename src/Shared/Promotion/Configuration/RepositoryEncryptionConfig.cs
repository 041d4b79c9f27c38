namespace Promoter.Promotion.Configuration;

/// <summary>Encryption at rest of a new repository.</summary>
public sealed record RepositoryEncryptionConfig
{
    /// <summary>ECR's name of the type: <c>AES256</c>, <c>KMS</c> or <c>KMS_DSSE</c>.</summary>
    public string Type { get; init; } = "AES256";

    /// <summary>Key id, ARN or alias in the registry's region; null: the AWS managed key.</summary>
    public string? Key { get; init; }

    internal static ConfigShape<RepositoryEncryptionConfig> Shape { get; } = new ConfigShape<RepositoryEncryptionConfig>(
        "encryption", "Encryption at rest of a new repository.", new RepositoryEncryptionConfig())
        .Key(
            "type", ConfigTypes.OneOf(("AES256", "AES256"), ("KMS", "KMS"), ("KMS_DSSE", "KMS_DSSE")), e => e.Type, (e, v) => e with { Type = v },
            "ECR's encryption type.")
        .Key(
            "key", ConfigTypes.Optional(ConfigTypes.Text), e => e.Key, (e, v) => e with { Key = v },
            "Key id, ARN or alias, in the registry's region; left out, the AWS managed key.")
        .Check(e => e is { Type: "AES256", Key: not null } ? "'key' goes with type KMS or KMS_DSSE: set the type, or leave the key out" : null);
}
