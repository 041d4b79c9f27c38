using System.Security.Cryptography;
using System.Text;
using Promoter.Registries;

namespace Promoter.Admission.Access;

/// <summary>A pod's credentials for one image: all that match, in the order in which the kubelet tries them. None: it pulls anonymously.</summary>
internal sealed class PullCredentials(IReadOnlyList<RegistryCredential> candidates)
{
    /// <summary>Tells credentials apart without being one; kept in memory only.</summary>
    public string Fingerprint { get; } = Convert.ToHexString(
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', candidates.Select(candidate => $"{candidate.UserName}\0{candidate.Secret}")))));

    public IReadOnlyList<RegistryCredential> Candidates => candidates;
}

/// <summary>One of them, and nothing behind it.</summary>
internal sealed class PullCredential(RegistryCredential? credential) : IRegistryCredentials
{
    public static readonly PullCredential Anonymous = new(null);

    public RegistryCredential? Credential => credential;

    public ValueTask<RegistryCredential?> FindAsync(string host, RegistryCredential? rejected, CancellationToken cancellationToken) =>
        new(rejected is null ? credential : null);
}
