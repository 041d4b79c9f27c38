using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Promoter.Kubernetes;

/// <summary>A bearer token, a client certificate, both or (anonymous) neither. Its text never shows the secret.</summary>
public sealed record KubernetesCredential(string? Token, X509Certificate2? Certificate = null)
{
    public static readonly KubernetesCredential None = new((string?)null);

    /// <summary>The scheme under which <see cref="Token"/> is sent.</summary>
    public string Scheme { get; private init; } = "Bearer";

    public static KubernetesCredential Basic(string userName, string password) =>
        new(Convert.ToBase64String(Encoding.UTF8.GetBytes($"{userName}:{password}"))) { Scheme = "Basic" };

    public override string ToString() => (Token, Certificate) switch
    {
        (null, null) => "anonymous",
        (null, _) => $"certificate {Certificate.Subject}",
        _ => "token ***",
    };
}
