namespace Promoter.Registries;

/// <summary>What is configured about one registry host; everything has a default that fits a public registry.</summary>
public sealed record RegistryOptions
{
    /// <summary>Host and port as they stand in references.</summary>
    public required string Host { get; init; }

    /// <summary>Scheme, host and port that replace the host on the wire (VPC endpoints, proxies, tests); null: the host itself.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Speak plain HTTP although the host is not loopback.</summary>
    public bool PlainHttp { get; init; }
}
