using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Promoter.Aws.Identities;
using Promoter.Promotion;

namespace Promoter.Aws;

/// <summary>
/// The ECR registries of a run: those with options, and every other host that is ECR by its name, which is used with the default
/// credentials. The public gallery is read anonymously unless it has options.
/// </summary>
public sealed class AwsRegistries : IDisposable
{
    private readonly ConcurrentDictionary<string, AwsRegistry> _registries = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, AwsRegistryOptions> _options;

    /// <exception cref="PromotionException">The options cannot be used as they are; the message holds every problem.</exception>
    public AwsRegistries(IEnumerable<AwsRegistryOptions> options)
    {
        var all = options.ToList();
        var problems = AwsRegistryOptionsValidator.Problems(all);
        if (problems.Count > 0) throw new PromotionException(ExitCode.Usage, string.Join(Environment.NewLine, problems));
        _options = all.ToDictionary(item => item.Host, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Credentials of the identities, shared by registries that have the same.</summary>
    public AwsIdentities Identities { get; } = new();

    public bool TryFind(string host, [NotNullWhen(true)] out AwsRegistry? registry)
    {
        if (_registries.TryGetValue(host, out registry)) return true;
        if (Create(host) is not { } created) return false;
        registry = _registries.GetOrAdd(host, created);
        return true;
    }

    public void Dispose()
    {
        foreach (var registry in _registries.Values) registry.Dispose();
        Identities.Dispose();
    }

    private AwsRegistry? Create(string name)
    {
        var options = _options.GetValueOrDefault(name);
        if (EcrHost.TryParse(name, out var host))
        {
            if (host.IsPublic && options is null) return null;
        }
        else
        {
            if (options is null) return null;
            host = EcrHost.Behind(name, options.AccountId ?? "", options.Region!);
        }

        return new AwsRegistry(options ?? new AwsRegistryOptions { Host = name }, host, Identities);
    }
}
