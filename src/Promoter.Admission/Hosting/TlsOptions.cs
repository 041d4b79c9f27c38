using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Promoter.Admission.Tls;

namespace Promoter.Admission.Hosting;

/// <summary>Where the webhook's certificate comes from, and whether callers need one.</summary>
internal sealed record TlsOptions
{
    /// <summary>PEM files with certificate and key; null: self-managed.</summary>
    public (string Certificate, string Key)? Files { get; init; }

    /// <summary>What the parts of a self-managed certificate are called; null: from files.</summary>
    public SelfManagedNames? SelfManaged { get; init; }

    /// <summary>The MutatingWebhookConfiguration that says whom API servers trust; null: it is not looked at.</summary>
    public string? WebhookConfiguration { get; init; }

    /// <summary>PEM file with the authorities of callers; null: anybody may call.</summary>
    public string? ClientAuthorityFile { get; init; }

    /// <exception cref="IOException">The file cannot be read or used.</exception>
    public X509Certificate2Collection? ReadClientAuthorities()
    {
        if (ClientAuthorityFile is not { } path) return null;
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(path);
        }
        catch (Exception e) when (e is CryptographicException or UnauthorizedAccessException)
        {
            throw new IOException($"the client CA {path} cannot be used: {e.Message}", e);
        }

        return authorities.Count > 0 ? authorities : throw new IOException($"the client CA {path} holds no certificate");
    }
}
