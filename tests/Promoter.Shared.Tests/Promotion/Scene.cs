using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Promoter.Copying;
using Promoter.Emulator;
using Promoter.Emulator.Faults;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;
using Promoter.Emulator.Registry.Authentication;
using Promoter.Oci;
using Promoter.Promotion;
using Promoter.Registries;
using RegistryOptions = Promoter.Registries.RegistryOptions;

namespace Promoter.Tests.Promotion;

/// <summary>A source and a target registry on loopback that share one request log, and the engine between them.</summary>
internal sealed class Scene : IAsyncDisposable
{
    public const string SourceName = "source";
    public const string TargetName = "target";
    public const string Repository = "shop/web";

    /// <summary>The tag of the image, unless a test gives it another.</summary>
    public static readonly ManifestReference ByTag = ManifestReference.Of(Tag.Parse("1.0"));

    // Pauses of a millisecond, but patient time-outs: a busy machine must not look like a broken registry.
    public static readonly RegistryClientOptions FastRetries = new()
    {
        Retries = 3,
        RetryDelay = TimeSpan.FromMilliseconds(1),
        MaxRetryDelay = TimeSpan.FromMilliseconds(4),
        RetryLimit = TimeSpan.FromSeconds(30),
    };

    /// <summary>For tests in which something stalls on purpose.</summary>
    public static readonly RegistryClientOptions ShortTimeouts = FastRetries with
    {
        ResponseTimeout = TimeSpan.FromMilliseconds(400),
        IdleTimeout = TimeSpan.FromMilliseconds(300),
        CommitTimeout = TimeSpan.FromMilliseconds(400),
    };

    private readonly EmulatedAws? _aws;
    private readonly List<RegistryClients> _clients = [];

    private Scene(EmulatedRegistry source, EmulatedRegistry target, RequestLog requests, FaultScript faults, EmulatedAws? aws = null)
    {
        Source = source;
        Target = target;
        Requests = requests;
        Faults = faults;
        _aws = aws;
    }

    public EmulatedRegistry Source { get; }

    public EmulatedRegistry Target { get; }

    public RequestLog Requests { get; }

    public FaultScript Faults { get; }

    public RegistryClientOptions Options { get; set; } = FastRetries;

    public PromotionOptions Run { get; set; } = new();

    public IRegistryCredentials Credentials { get; set; } = new FixedCredentials();

    public IReadOnlyList<IRegistryPlatform> Platforms { get; set; } = [];

    public ICopyObserver Observer { get; set; } = new SceneObserver();

    public ILoggerFactory Loggers { get; set; } = NullLoggerFactory.Instance;

    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>Two plain registries.</summary>
    public static async Task<Scene> StartAsync(Emulator.RegistryOptions? source = null, Emulator.RegistryOptions? target = null)
    {
        var (requests, faults) = (new RequestLog(), new FaultScript());
        return new Scene(
            await EmulatedRegistry.StartAsync(Named(SourceName, source, requests, faults)),
            await EmulatedRegistry.StartAsync(Named(TargetName, target, requests, faults)),
            requests,
            faults);
    }

    /// <summary>Two plain registries that ask who is there, and the credential that they know.</summary>
    public static async Task<Scene> StartAsync(RegistryAuthentication authentication, BearerOptions? bearer = null)
    {
        var options = new Emulator.RegistryOptions { Authentication = authentication, Bearer = bearer ?? new() };
        var scene = await StartAsync(options, options);
        scene.Credentials = new FixedCredentials(_ => FixedCredentials.User);
        return scene;
    }

    /// <summary>Two ECR registries: redirects to a layer host, Basic with the first request, no digest on GET, chunks whose Range is stuck.</summary>
    public static async Task<Scene> StartEcrAsync()
    {
        var aws = await EmulatedAws.StartAsync();
        return new Scene(aws.Source, aws.Target, aws.Requests, aws.Faults, aws) { Credentials = new EcrTokens(aws) };
    }

    public EmulatedAws Aws => _aws ?? throw new InvalidOperationException("start the scene with StartEcrAsync");

    public RegistryClients Clients()
    {
        var clients = new RegistryClients(
            Credentials,
            [.. new[] { Source, Target }.Where(r => r.ReferenceHost != r.Host).Select(r => new RegistryOptions { Host = r.ReferenceHost, Endpoint = r.Endpoint })],
            Options,
            Platforms,
            Time,
            Loggers,
            () => 0.5);
        _clients.Add(clients);
        return clients;
    }

    public IRepository SourceRepository(string name = Repository) => Clients().Repository(Source.ReferenceHost, name, Side.Source);

    public IRepository TargetRepository(string name = Repository) => Clients().Repository(Target.ReferenceHost, name, Side.Target);

    /// <summary>Puts an image into the source, and its repository into a target that creates none.</summary>
    public BuiltImage Given(BuiltImage image, string tag = "1.0", string repository = Repository)
    {
        Source.Push(repository, image, tag);
        Target.CreateRepository(repository);
        return image;
    }

    /// <param name="reference">What follows the registry: <c>shop/web:1.0</c>, <c>shop/web@sha256:…</c>.</param>
    public PromotionRequest Request(string reference = Repository + ":1.0") =>
        new(ImageReference.Parse($"{Target.ReferenceHost}/{reference}"), ImageReference.Parse($"{Source.ReferenceHost}/{reference}")) { Referrers = ReferrerSelection.None };

    public Task<PromotionPlan> PlanAsync(params PromotionRequest[] requests) => new PromotionPlanner(Clients()).PlanAsync(requests, [], TestContext.Current.CancellationToken);

    public Task<PromotionReport> PromoteAsync(string reference = Repository + ":1.0") => PromoteAsync(Request(reference));

    /// <summary>Plans and executes as a new process would: nothing is remembered from earlier runs.</summary>
    public Task<PromotionReport> PromoteAsync(params PromotionRequest[] requests) => PromoteAsync(TestContext.Current.CancellationToken, requests);

    public async Task<PromotionReport> PromoteAsync(CancellationToken cancellationToken, params PromotionRequest[] requests)
    {
        var clients = Clients();
        var plan = await new PromotionPlanner(clients).PlanAsync(requests, [], cancellationToken);
        return await new PromotionExecutor(clients, Options, Run, Observer, Time, Loggers).ExecuteAsync(plan, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var clients in _clients) clients.Dispose();
        await Source.DisposeAsync();
        await Target.DisposeAsync();
        if (_aws is not null) await _aws.DisposeAsync();
    }

    private static Emulator.RegistryOptions Named(string name, Emulator.RegistryOptions? from, RequestLog requests, FaultScript faults) => new()
    {
        Name = name,
        Requests = requests,
        Faults = faults,
        Tls = from?.Tls ?? false,
        Authentication = from?.Authentication ?? RegistryAuthentication.Anonymous,
        Users = from?.Users ?? [new RegistryUser("user", "secret")],
        Bearer = from?.Bearer ?? new(),
        Behaviour = from?.Behaviour ?? new(),
        Clock = from?.Clock ?? TimeProvider.System,
    };

    private sealed class EcrTokens(EmulatedAws aws) : IRegistryCredentials
    {
        public ValueTask<RegistryCredential?> FindAsync(string host, RegistryCredential? rejected, CancellationToken cancellationToken) =>
            ValueTask.FromResult<RegistryCredential?>(RegistryCredential.Basic("AWS", aws.IssueToken()) with { SendFirst = true, Origin = "test" });
    }
}
