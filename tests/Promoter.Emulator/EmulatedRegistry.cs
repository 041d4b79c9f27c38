using System.Security.Cryptography.X509Certificates;
using Promoter.Emulator.Faults;
using Promoter.Emulator.Hosting;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;
using Promoter.Emulator.Registry;
using Promoter.Emulator.Registry.Authentication;

namespace Promoter.Emulator;

/// <summary>A registry on a loopback port: a plain one of its own, or one account's of <see cref="EmulatedAws"/>.</summary>
public sealed class EmulatedRegistry : IAsyncDisposable
{
    private readonly RegistryStore _store;
    private readonly Listener _listener;
    private LoopbackHost? _ownHost;
    private BearerGate? _bearer;

    internal EmulatedRegistry(RegistryStore store, Listener listener, string host, RequestLog requests, FaultScript faults)
    {
        _store = store;
        _listener = listener;
        ReferenceHost = host;
        Requests = requests;
        Faults = faults;
    }

    /// <summary>Account id, or the registry's name.</summary>
    public string Name => _store.Account;

    /// <summary>Host and port on the wire: <c>127.0.0.1:PORT</c>.</summary>
    public string Host => _listener.Host;

    /// <summary>Where it listens, for an <c>endpoint:</c> override.</summary>
    public Uri Endpoint => _listener.Endpoint;

    /// <summary>The host as references name it: ECR's host name, or <see cref="Host"/> for a plain registry.</summary>
    public string ReferenceHost { get => field.Length > 0 ? field : Host; }

    /// <summary>The untrusted certificate, where it serves TLS.</summary>
    public X509Certificate2? Certificate => _ownHost?.Certificate;

    public RegistryBehaviour Behaviour => _store.Behaviour;

    /// <summary>Requests to this registry and to whatever shares its log.</summary>
    public RequestLog Requests { get; }

    public FaultScript Faults { get; }

    internal RegistryStore Store => _store;

    /// <summary>Starts a plain registry.</summary>
    public static async Task<EmulatedRegistry> StartAsync(RegistryOptions? options = null)
    {
        options ??= new RegistryOptions();
        var store = new RegistryStore(options.Name, options.Behaviour, new RegistryWording(options.Name, isEcr: false), options.Clock);
        var pipeline = new RequestPipeline(options.Requests, options.Faults);
        var layers = new LayerHost(options.Clock, pipeline);
        layers.Serve(store);
        var bearer = options.Authentication == RegistryAuthentication.Bearer ? new BearerGate(options.Users, options.Bearer, options.Clock) : null;
        IRegistryGate gate = options.Authentication switch
        {
            RegistryAuthentication.Basic => new BasicGate(options.Users),
            RegistryAuthentication.Bearer => bearer!,
            _ => new OpenGate(),
        };
        var listener = new Listener(options.Name, new RegistryEndpoint(store, gate, pipeline, layers).HandleAsync) { Port = options.Port, Tls = options.Tls };
        var layerListener = new Listener("layers", layers.HandleAsync);
        var registry = new EmulatedRegistry(store, listener, "", options.Requests, options.Faults) { _bearer = bearer };
        registry._ownHost = await LoopbackHost.StartAsync(listener, layerListener);
        layers.Endpoint = layerListener.Endpoint;
        pipeline.StopWith(registry._ownHost.Stopping);
        return registry;
    }

    /// <summary>A refresh token for the token server, as <c>docker login</c> stores it in <c>identitytoken</c>. Bearer registries only.</summary>
    public string IssueIdentityToken(RegistryUser user) => (_bearer ?? throw new InvalidOperationException("the registry has no token server")).IssueRefreshToken(user);

    public void CreateRepository(string repository, EcrRepositorySettings? settings = null) => _store.GetOrCreate(repository, settings);

    public IReadOnlyList<string> Repositories => _store.Access(all => all.Keys.ToList());

    /// <summary>The settings of a repository; changes take effect at once.</summary>
    public EcrRepositorySettings SettingsOf(string repository) => _store.In(repository, r => r.Settings);

    /// <summary>Puts an image with everything in it into a repository, which is created if need be, without a request.</summary>
    public BuiltImage Push(string repository, BuiltImage image, params string[] tags)
    {
        var stored = _store.GetOrCreate(repository);
        _store.Access(_ =>
        {
            foreach (var (digest, content) in image.AllBlobs()) stored.Blobs.TryAdd(digest, content);
            foreach (var manifest in image.AllManifests())
            {
                var parsed = StoredManifest.Parse(manifest.Bytes.ToArray(), manifest.MediaType, manifest.Digest);
                parsed.PushedAt = _store.Clock.GetUtcNow();
                stored.Manifests.TryAdd(manifest.Digest, parsed);
            }

            foreach (var tag in tags) stored.Tags[tag] = image.Digest;
            return true;
        });
        return image;
    }

    /// <summary>Tag to digest; empty where the repository does not exist.</summary>
    public IReadOnlyDictionary<string, string> TagsOf(string repository) =>
        _store.Access(all => all.TryGetValue(repository, out var r) ? new Dictionary<string, string>(r.Tags, StringComparer.Ordinal) : []);

    /// <summary>Where the tag points, or null.</summary>
    public string? DigestOf(string repository, string tag) => TagsOf(repository).GetValueOrDefault(tag);

    /// <summary>Digests of all manifests; empty where the repository does not exist.</summary>
    public IReadOnlyList<string> ManifestsOf(string repository) => _store.Access(all => all.TryGetValue(repository, out var r) ? r.Manifests.Keys.ToList() : []);

    /// <summary>Digests of all blobs; empty where the repository does not exist.</summary>
    public IReadOnlyList<string> BlobsOf(string repository) => _store.Access(all => all.TryGetValue(repository, out var r) ? r.Blobs.Keys.ToList() : []);

    /// <summary>A manifest by tag or digest, or null.</summary>
    public StoredManifest? ManifestOf(string repository, string reference) =>
        _store.Access(all => all.TryGetValue(repository, out var r) ? r.Find(reference) : null);

    /// <summary>Adds a blob that no manifest refers to.</summary>
    public void AddBlob(string repository, string digest, BlobContent content)
    {
        var stored = _store.GetOrCreate(repository);
        _store.Access(_ => stored.Blobs[digest] = content);
    }

    public bool RemoveBlob(string repository, string digest) => _store.In(repository, r => r.Blobs.Remove(digest));

    /// <summary>Removes a manifest, and the tags that point to it.</summary>
    public bool RemoveManifest(string repository, string digest) => _store.In(repository, r =>
    {
        foreach (var tag in r.Tags.Where(t => t.Value == digest).Select(t => t.Key).ToList()) r.Tags.Remove(tag);
        return r.Manifests.Remove(digest);
    });

    public bool RemoveTag(string repository, string tag) => _store.In(repository, r => r.Tags.Remove(tag));

    /// <summary>Moves an image into ECR's archive storage class: listed, but answered with 404.</summary>
    public void Archive(string repository, string digest) => _store.In(repository, r => r.Manifests[digest].ArchivedUntil = DateTimeOffset.MaxValue);

    /// <summary>What DescribeImageScanFindings says of an image: number of findings per severity.</summary>
    public void SetScanFindings(string repository, string digest, IReadOnlyDictionary<string, int> counts) => _store.In(repository, r => r.ScanFindings[digest] = counts);

    /// <summary>ECR creates what matches it from now on.</summary>
    public void AddCreationTemplate(RepositoryCreationTemplate template) => _store.Access(_ =>
    {
        _store.Settings.Templates.Add(template);
        return true;
    });

    /// <summary>A policy for all repositories of the registry, beside their own; null: none.</summary>
    public string? RegistryPolicy
    {
        get => _store.Settings.RegistryPolicy;
        set => _store.Settings.RegistryPolicy = value;
    }

    /// <summary>What is missing or corrupt below a tag or digest, one line each; empty: complete and byte-exact.</summary>
    public IReadOnlyList<string> FindProblems(string repository, string reference) => new ClosureCheck(_store, repository).Run(reference);

    public async ValueTask DisposeAsync()
    {
        if (_ownHost is not null) await _ownHost.DisposeAsync();
        _ownHost = null;
    }
}
