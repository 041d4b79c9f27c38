namespace Promoter.Registries.Authentication;

/// <summary>What a bearer token is asked for: <c>repository:NAME:ACTIONS</c> (Distribution, "Token Scope Documentation").</summary>
internal sealed record RegistryScope(string Repository, string Actions)
{
    public static RegistryScope Pull(string repository) => new(repository, "pull");

    public static RegistryScope PullPush(string repository) => new(repository, "pull,push");

    public override string ToString() => $"repository:{Repository}:{Actions}";
}
