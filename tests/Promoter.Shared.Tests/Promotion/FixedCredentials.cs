using Promoter.Registries;

namespace Promoter.Tests.Promotion;

/// <summary>The same credential for every host, or one per host; counts how often it is asked.</summary>
internal sealed class FixedCredentials(Func<string, RegistryCredential?>? find = null) : IRegistryCredentials
{
    /// <summary>Whom the emulated registries know.</summary>
    public static readonly RegistryCredential User = RegistryCredential.Basic("user", "secret") with { Origin = "test" };

    private readonly Lock _lock = new();
    private readonly List<(string Host, RegistryCredential? Rejected)> _lookUps = [];

    public IReadOnlyList<(string Host, RegistryCredential? Rejected)> LookUps
    {
        get
        {
            lock (_lock) return [.. _lookUps];
        }
    }

    public ValueTask<RegistryCredential?> FindAsync(string host, RegistryCredential? rejected, CancellationToken cancellationToken)
    {
        lock (_lock) _lookUps.Add((host, rejected));
        return ValueTask.FromResult(find?.Invoke(host));
    }
}
