namespace Promoter.Emulator.Registry;

/// <summary>What ECR creates repositories from, where a push, a replication or a pull through creates one.</summary>
/// <param name="Prefix">A repository prefix, or <c>ROOT</c> for any.</param>
/// <param name="AppliedFor">CREATE_ON_PUSH, REPLICATION, PULL_THROUGH_CACHE.</param>
public sealed record RepositoryCreationTemplate(string Prefix, params IReadOnlyList<string> AppliedFor)
{
    public string TagMutability { get; init; } = "MUTABLE";

    public string EncryptionType { get; init; } = "AES256";

    public string? LifecyclePolicy { get; init; }

    public string? RepositoryPolicy { get; init; }

    public string Description { get; init; } = "";

    internal bool Fits(string repository) => Prefix == "ROOT" || repository == Prefix || repository.StartsWith(Prefix + "/", StringComparison.Ordinal);

    internal EcrRepositorySettings ToSettings() => new()
    {
        TagMutability = TagMutability,
        EncryptionType = EncryptionType,
        LifecyclePolicy = LifecyclePolicy,
        Policy = RepositoryPolicy,
    };
}
