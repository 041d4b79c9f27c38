using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Promoter.Emulator.Iam;

/// <summary>Issues and checks service account tokens, as an EKS cluster's OpenID Connect provider does.</summary>
public sealed class WebIdentityIssuer
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly TimeProvider _clock;

    internal WebIdentityIssuer(TimeProvider clock) => _clock = clock;

    public string Issuer { get; } = "https://oidc.eks.eu-west-1.amazonaws.com/id/EMULATOR";

    /// <param name="subject"><c>system:serviceaccount:NAMESPACE:NAME</c>.</param>
    public string Issue(string subject, string audience = "sts.amazonaws.com", TimeSpan? lifetime = null)
    {
        var claims = new JsonObject
        {
            ["iss"] = Issuer,
            ["sub"] = subject,
            ["aud"] = new JsonArray(audience),
            ["exp"] = (_clock.GetUtcNow() + (lifetime ?? TimeSpan.FromHours(1))).ToUnixTimeSeconds(),
        };
        var signed = Encode("{\"alg\":\"HS256\",\"typ\":\"JWT\"}") + "." + Encode(claims.ToJsonString());
        return signed + "." + Sign(signed);
    }

    /// <exception cref="AwsErrorException">Not one of ours, or expired.</exception>
    internal (string Subject, string Audience) Verify(string token)
    {
        var end = token.LastIndexOf('.');
        if (end <= 0 || token.Count(c => c == '.') != 2 || Sign(token[..end]) != token[(end + 1)..])
        {
            throw new AwsErrorException("InvalidIdentityToken", "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements");
        }

        var claims = JsonNode.Parse(Base64Url.DecodeFromChars(token.Split('.')[1]))!;
        var expires = DateTimeOffset.FromUnixTimeSeconds((long)claims["exp"]!);
        if (_clock.GetUtcNow() >= expires)
        {
            throw new AwsErrorException("ExpiredTokenException", $"Token expired: current date/time {_clock.GetUtcNow().ToUnixTimeSeconds()} must be before the expiration date/time {expires.ToUnixTimeSeconds()}");
        }

        return ((string)claims["sub"]!, (string)claims["aud"]![0]!);
    }

    private static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    private string Sign(string text) => Base64Url.EncodeToString(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(text)));
}
