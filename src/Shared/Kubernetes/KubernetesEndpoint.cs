using System.Security.Cryptography.X509Certificates;

namespace Promoter.Kubernetes;

/// <summary>Where an API server is, how it proves who it is, and how we prove who we are.</summary>
public sealed record KubernetesEndpoint
{
    public required Uri Server { get; init; }

    /// <summary>The authorities that may have signed the server's certificate; null: those of the system.</summary>
    public X509Certificate2Collection? Authorities { get; init; }

    /// <summary>Accept any certificate (kubeconfig's <c>insecure-skip-tls-verify</c>).</summary>
    public bool SkipsVerification { get; init; }

    /// <summary>The name that the server's certificate must carry, where it differs from the host.</summary>
    public string? ServerName { get; init; }

    public Uri? Proxy { get; init; }

    public IKubernetesCredentials Credentials { get; init; } = StaticCredentials.Anonymous;

    /// <summary>The namespace to use where none is named.</summary>
    public string Namespace { get; init; } = "default";

    /// <summary>Kubeconfig's <c>as</c> and <c>as-groups</c>.</summary>
    public (string User, IReadOnlyList<string> Groups)? Impersonated { get; init; }
}
