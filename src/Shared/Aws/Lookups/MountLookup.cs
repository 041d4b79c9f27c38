using System.Collections.Concurrent;
using Promoter.Aws.Ecr.Model;
using Promoter.Registries;

namespace Promoter.Aws.Lookups;

/// <summary>Whether an account lets blobs be mounted between its repositories; asked once per registry.</summary>
internal sealed class MountLookup(EcrCalls calls)
{
    private const string BlobMounting = "BLOB_MOUNTING";
    private const string Enabled = "ENABLED";

    private readonly ConcurrentDictionary<string, bool> _known = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Null where the account's setting may not be read, or this partition does not know it: only trying tells.</summary>
    public async Task<bool?> IsEnabledAsync(AwsRegistry registry, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(registry.Host.Name, out var known)) return known;
        try
        {
            var response = await calls.TryAsync(
                registry,
                EcrActions.GetAccountSetting,
                repository: "",
                client => client.GetAccountSettingAsync(new GetAccountSettingRequest { Name = BlobMounting }, cancellationToken),
                cancellationToken);
            if (response is null) return null;
            return _known[registry.Host.Name] = string.Equals(response.Value, Enabled, StringComparison.OrdinalIgnoreCase);
        }
        catch (RegistryException e) when (e.Fault == RegistryFault.Protocol)
        {
            return null;
        }
    }
}
