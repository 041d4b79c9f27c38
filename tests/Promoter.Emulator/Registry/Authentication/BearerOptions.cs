namespace Promoter.Emulator.Registry.Authentication;

/// <summary>How a token server behaves. Every switch may be turned while it runs.</summary>
public sealed class BearerOptions
{
    /// <summary>What the challenge names as service.</summary>
    public string Service { get; set; } = "registry.test";

    public TimeSpan TokenLifetime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Whoever gives no password gets tokens for pulling, as Docker Hub does.</summary>
    public bool AnonymousPull { get; set; }

    /// <summary>The answer's member for the token: <c>token</c> (Docker Hub, GHCR), <c>access_token</c>, or both (Distribution).</summary>
    public bool SendsToken { get; set; } = true;

    public bool SendsAccessToken { get; set; } = true;

    public bool SendsExpiry { get; set; } = true;

    /// <summary>POST with <c>grant_type</c> password or refresh_token; off: 404 or 405, as GHCR gives, and clients must use GET.</summary>
    public bool SupportsPost { get; set; } = true;
}
