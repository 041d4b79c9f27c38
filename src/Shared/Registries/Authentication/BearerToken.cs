namespace Promoter.Registries.Authentication;

/// <summary>A token server's answer, usable until <see cref="ExpiresAt"/>.</summary>
internal sealed record BearerToken(string Value, DateTimeOffset ExpiresAt)
{
    // The compiler's ToString would print the token.
    public override string ToString() => $"bearer token until {ExpiresAt:O}";
}
