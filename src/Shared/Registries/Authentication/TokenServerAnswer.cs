using System.Text.Json.Serialization;

namespace Promoter.Registries.Authentication;

/// <summary>The JSON of a token server: <c>token</c> or <c>access_token</c>, both mean the same (Distribution, "Token Authentication").</summary>
internal sealed record TokenServerAnswer(
    [property: JsonPropertyName("token")] string? Token,
    [property: JsonPropertyName("access_token")] string? AccessToken,
    [property: JsonPropertyName("expires_in")] int? ExpiresIn)
{
    public override string ToString() => "token server answer";
}

[JsonSerializable(typeof(TokenServerAnswer))]
[JsonSerializable(typeof(DockerConfigFile))]
[JsonSerializable(typeof(CredentialHelperAnswer))]
internal sealed partial class AuthenticationJson : JsonSerializerContext;
