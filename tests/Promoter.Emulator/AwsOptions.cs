using Promoter.Emulator.Hosting;

namespace Promoter.Emulator;

/// <summary>Accounts, region, ports and protections of an <see cref="EmulatedAws"/>.</summary>
public sealed class AwsOptions
{
    public string SourceAccount { get; init; } = "111111111111";

    public string TargetAccount { get; init; } = "222222222222";

    public string Region { get; init; } = "eu-west-1";

    /// <summary>What <c>aws:PrincipalOrgID</c> is for every caller.</summary>
    public string OrganizationId { get; init; } = "o-emulator";

    /// <summary>Serve the registries and the JSON API over HTTPS with a certificate that nobody trusts.</summary>
    public bool Tls { get; init; }

    /// <summary>Ports in the order source registry, target registry, layer host, API, Pod Identity agent; 0 or absent: any free port.</summary>
    public IReadOnlyList<int> Ports { get; init; } = [];

    public AdjustableClock Clock { get; init; } = new();
}
