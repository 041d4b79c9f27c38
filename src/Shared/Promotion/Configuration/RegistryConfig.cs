using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Promotion.Configuration;

/// <summary>How one registry is reached.</summary>
public sealed record RegistryConfig
{
    /// <summary>As it stands in references.</summary>
    public required string Host { get; init; }

    /// <summary>What takes the host's place on the wire (VPC endpoints, proxies, tests); null: the host itself.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Speak HTTP; without it only loopback hosts are spoken to in clear.</summary>
    public bool PlainHttp { get; init; }

    /// <summary>The identity towards ECR; null: the SDK's default chain.</summary>
    public AwsIdentityConfig? Aws { get; init; }

    /// <summary>How missing repositories come to be; null: they are an error.</summary>
    public RepositoryCreationConfig? CreateRepositories { get; init; }

    /// <summary>What of this the registry client follows.</summary>
    public RegistryOptions ClientOptions => new() { Host = Host, Endpoint = Endpoint, PlainHttp = PlainHttp };

    internal static ConfigShape<RegistryConfig> Shape { get; } = new ConfigShape<RegistryConfig>(
        "registry", "How one registry is reached.", new RegistryConfig { Host = "" })
        .Key(
            "host", ConfigTypes.Host, r => r.Host, (r, v) => r with { Host = v },
            "The registry as it stands in references, with its port if it has one.", isRequired: true)
        .Key(
            "endpoint", ConfigTypes.Endpoint, r => r.Endpoint, (r, v) => r with { Endpoint = v },
            "Scheme, host and port that take the host's place on the wire, for VPC endpoints, proxies and tests.")
        .Key("plainHttp", ConfigTypes.Flag, r => r.PlainHttp, (r, v) => r with { PlainHttp = v }, "Speak HTTP without TLS. Loopback hosts need no such key.")
        .Key(
            "aws", ConfigTypes.SectionOf(AwsIdentityConfig.Shape), r => r.Aws, (r, v) => r with { Aws = v },
            "The AWS identity for this registry; left out, the ambient one (IRSA, Pod Identity, environment, profile).")
        .Key(
            "createRepositories", ConfigTypes.SectionOf(RepositoryCreationConfig.Shape), r => r.CreateRepositories, (r, v) => r with { CreateRepositories = v },
            "Create target repositories that are missing, once the source image is known to exist; left out, a missing repository is an error.")
        .Check(r => r is { PlainHttp: true, Endpoint.Scheme: "https" } ? $"plainHttp: true contradicts the endpoint {r.Endpoint}: leave one of them out" : null)
        .Check(r => r is { Endpoint: { Scheme: "http" } endpoint, PlainHttp: false } && !RegistryHost.IsLoopback(endpoint.Authority)
            ? $"the endpoint {endpoint} sends credentials in clear: use https, or say plainHttp: true"
            : null);
}
