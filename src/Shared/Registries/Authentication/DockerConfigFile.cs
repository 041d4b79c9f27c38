using System.Text.Json.Serialization;

namespace Promoter.Registries.Authentication;

/// <summary>The parts of docker's <c>config.json</c> (and podman's <c>auth.json</c>) that concern credentials.</summary>
internal sealed record DockerConfigFile(
    [property: JsonPropertyName("auths")] Dictionary<string, DockerAuthEntry>? Auths,
    [property: JsonPropertyName("credHelpers")] Dictionary<string, string>? CredHelpers,
    [property: JsonPropertyName("credsStore")] string? CredsStore);

/// <summary>One entry of <c>auths</c>: <c>auth</c> is base64 of <c>user:password</c>.</summary>
internal sealed record DockerAuthEntry(
    [property: JsonPropertyName("auth")] string? Auth,
    [property: JsonPropertyName("username")] string? UserName,
    [property: JsonPropertyName("password")] string? Password,
    [property: JsonPropertyName("identitytoken")] string? IdentityToken)
{
    // The compiler's ToString would print the secrets.
    public override string ToString() => "docker auth entry";
}

/// <summary>What a credential helper prints for <c>get</c>.</summary>
internal sealed record CredentialHelperAnswer(
    [property: JsonPropertyName("Username")] string? UserName,
    [property: JsonPropertyName("Secret")] string? Secret)
{
    public override string ToString() => "credential helper answer";
}
