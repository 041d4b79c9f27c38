namespace Promoter.Promotion.Configuration;

/// <summary>How missing repositories of an ECR registry come to be. Settings that are null are ECR's or the source repository's.</summary>
public sealed record RepositoryCreationConfig
{
    public RepositoryCreation Mode { get; init; } = RepositoryCreation.IfMissing;

    /// <summary>Settings that are not given here are taken from the source repository, where the source is ECR.</summary>
    public bool CopySettingsFromSource { get; init; }

    public TagMutability? TagMutability { get; init; }

    /// <summary>Tags (ECR wildcards, <c>*</c> only) that are the exception to <see cref="TagMutability"/>; at most five.</summary>
    public IReadOnlyList<string> TagMutabilityExclusions { get; init; } = [];

    public bool? ScanOnPush { get; init; }

    public RepositoryEncryptionConfig? Encryption { get; init; }

    public JsonFile? LifecyclePolicy { get; init; }

    public JsonFile? RepositoryPolicy { get; init; }

    /// <summary>AWS resource tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    internal static ConfigShape<RepositoryCreationConfig> Shape { get; } = new ConfigShape<RepositoryCreationConfig>(
        "createRepositories", "How missing repositories come to be, and with which settings.", new RepositoryCreationConfig())
        .Key(
            "mode", Modes, c => c.Mode, (c, v) => c with { Mode = v },
            "`never`: a missing repository is an error. `if-missing`: it is created with the settings below. "
            + "`rely-on-template`: the push creates it from the account's creation template.")
        .Key(
            "copySettingsFromSource", ConfigTypes.Flag, c => c.CopySettingsFromSource, (c, v) => c with { CopySettingsFromSource = v },
            "Take settings that are not given here from the source repository.")
        .Key(
            "tagMutability", Mutabilities, c => c.TagMutability, (c, v) => c with { TagMutability = v },
            "Whether tags may move in the new repository.")
        .Key(
            "tagMutabilityExclusions", ConfigTypes.ListOf(Wildcards), c => c.TagMutabilityExclusions, (c, v) => c with { TagMutabilityExclusions = v },
            "Tags, with `*` as wildcard, for which the opposite of `tagMutability` holds; at most five.")
        .Key("scanOnPush", ConfigTypes.Flag, c => c.ScanOnPush ?? false, (c, v) => c with { ScanOnPush = v }, "Scan images when they are pushed.")
        .Key(
            "encryption", ConfigTypes.SectionOf(RepositoryEncryptionConfig.Shape), c => c.Encryption, (c, v) => c with { Encryption = v },
            "Encryption at rest; cannot be changed later.")
        .Key(
            "lifecyclePolicyFile", ConfigTypes.Optional(JsonFile.Type), c => c.LifecyclePolicy, (c, v) => c with { LifecyclePolicy = v },
            "A JSON file with the lifecycle policy, relative to this file.")
        .Key(
            "repositoryPolicyFile", ConfigTypes.Optional(JsonFile.Type), c => c.RepositoryPolicy, (c, v) => c with { RepositoryPolicy = v },
            "A JSON file with the repository policy, relative to this file.")
        .Key("tags", ConfigTypes.MapOf(ConfigTypes.Parsed("text", t => t, t => t)), c => c.Tags, (c, v) => c with { Tags = v }, "AWS resource tags.")
        .Check(c => c.TagMutabilityExclusions.Count > 0 && c.TagMutability is null
            ? "'tagMutabilityExclusions' are exceptions to tagMutability: set that too"
            : null)
        .Check(c => c.TagMutabilityExclusions.Count > 5
            ? $"'tagMutabilityExclusions' has {c.TagMutabilityExclusions.Count} entries: ECR takes at most five"
            : null);

    private static ConfigType<RepositoryCreation> Modes => ConfigTypes.OneOf(
        ("never", RepositoryCreation.Never), ("if-missing", RepositoryCreation.IfMissing), ("rely-on-template", RepositoryCreation.RelyOnTemplate));

    private static ConfigType<TagMutability?> Mutabilities => ConfigTypes.OneOf<TagMutability?>(
        ("MUTABLE", Configuration.TagMutability.Mutable), ("IMMUTABLE", Configuration.TagMutability.Immutable));

    private static ConfigType<string> Wildcards => ConfigTypes.Parsed("tag wildcard", ParseExclusion, text => text);

    private static string ParseExclusion(string text) =>
        text.Length is > 0 and <= 128 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '*') && text.Count(c => c == '*') <= 2
            ? text
            : throw new FormatException($"'{text}' is not a tag wildcard of ECR: at most 128 letters, digits and any of ._-, with at most two *");
}
