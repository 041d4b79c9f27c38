using Microsoft.Extensions.Logging;
using Promoter.Aws.Lookups;
using Promoter.Aws.Provisioning;
using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Aws;

/// <summary>What ECR's API does in one request where the distribution protocol needs many, and what only the API can do.</summary>
public sealed class EcrPlatform : IRegistryPlatform
{
    private readonly AwsRegistries _registries;
    private readonly IReadOnlyDictionary<RegistryAction, double> _rateLimits;
    private readonly ImageLookup _images;
    private readonly LayerLookup _layers;
    private readonly MountLookup _mounts;
    private readonly RepositoryProvisioner _provisioner;

    /// <param name="rateLimits">Requests per second that replace the default of 80 % of ECR's quotas.</param>
    public EcrPlatform(AwsRegistries registries, TimeProvider time, ILogger<EcrPlatform> logger, IReadOnlyDictionary<RegistryAction, double>? rateLimits = null)
    {
        var calls = new EcrCalls(time, logger);
        _registries = registries;
        _rateLimits = rateLimits ?? new Dictionary<RegistryAction, double>();
        _images = new ImageLookup(calls);
        _layers = new LayerLookup(calls);
        _mounts = new MountLookup(calls);
        _provisioner = new RepositoryProvisioner(calls, time, logger);
    }

    /// <summary>The public gallery is a plain registry to us: it is only read.</summary>
    public bool Serves(string host) => TryFind(host) is not null;

    public async Task<IReadOnlyList<ManifestAnswer>?> FindManifestsAsync(
        string host, string repository, IReadOnlyList<ManifestQuery> queries, CancellationToken cancellationToken) =>
        queries.Count == 0 ? [] : TryFind(host) is { } registry ? await _images.FindAsync(registry, repository, queries, cancellationToken) : null;

    public async Task<IReadOnlySet<Digest>?> FindBlobsAsync(
        string host, string repository, IReadOnlyCollection<Digest> blobs, CancellationToken cancellationToken) =>
        TryFind(host) is { } registry ? await _layers.FindAsync(registry, repository, blobs, cancellationToken) : null;

    public async Task<IReadOnlyDictionary<ManifestReference, Manifest>?> FetchManifestsAsync(
        string host, string repository, IReadOnlyCollection<ManifestReference> references, CancellationToken cancellationToken) =>
        TryFind(host) is { } registry ? await _images.FetchAsync(registry, repository, references, cancellationToken) : null;

    public async Task<bool> EnsureRepositoryAsync(
        string host, string repository, string sourceHost, string sourceRepository, CancellationToken cancellationToken) =>
        TryFind(host) is { } registry && await _provisioner.EnsureAsync(registry, repository, TryFind(sourceHost), sourceRepository, cancellationToken);

    public async Task<bool?> SupportsMountAsync(string host, CancellationToken cancellationToken) =>
        TryFind(host) is { } registry ? await _mounts.IsEnabledAsync(registry, cancellationToken) : null;

    public bool IsSettling(string host, string repository) => _provisioner.IsSettling(host, repository);

    public string? ExplainDenial(string host, string repository, RegistryAction action, string text) =>
        TryFind(host) is { } registry ? AwsFaults.Denied(text, registry, EcrQuotas.ActionOf(action), repository) : null;

    public double? RateLimit(RegistryAction action) =>
        _rateLimits.TryGetValue(action, out var limit) ? limit : EcrQuotas.Defaults[action] * EcrQuotas.Share;

    private AwsRegistry? TryFind(string host) => _registries.TryFind(host, out var registry) && !registry.Host.IsPublic ? registry : null;
}
