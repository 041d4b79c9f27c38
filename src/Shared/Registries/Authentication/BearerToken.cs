namespace Promoter.Registries.Authentication;

/// <summary>A token server's answer, usable until <see cref="ExpiresAt"/>.</summary>
internal sealed record BearerToken(string Value, DateTimeOffset ExpiresAt);
