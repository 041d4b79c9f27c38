namespace Promoter.Emulator.Registry;

/// <summary>What CreateRepository and its successors set on a repository.</summary>
public sealed class EcrRepositorySettings
{
    /// <summary>MUTABLE, IMMUTABLE, IMMUTABLE_WITH_EXCLUSION or MUTABLE_WITH_EXCLUSION.</summary>
    public string TagMutability { get; set; } = "MUTABLE";

    /// <summary>Wildcards of the tags to which the other rule applies, at most five.</summary>
    public IReadOnlyList<string> ExclusionFilters { get; set; } = [];

    public bool ScanOnPush { get; set; }

    /// <summary>AES256, KMS or KMS_DSSE.</summary>
    public string EncryptionType { get; set; } = "AES256";

    public string? KmsKey { get; set; }

    public string? LifecyclePolicy { get; set; }

    public string? Policy { get; set; }

    public Dictionary<string, string> Tags { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Whether a tag that exists may not be pushed again.</summary>
    public bool IsImmutable(string tag)
    {
        var excluded = ExclusionFilters.Any(filter => Wildcard.Matches(filter, tag));
        return TagMutability switch
        {
            "IMMUTABLE" => true,
            "IMMUTABLE_WITH_EXCLUSION" => !excluded,
            "MUTABLE_WITH_EXCLUSION" => excluded,
            _ => false,
        };
    }
}
