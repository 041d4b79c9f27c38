using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Promoter.Emulator.Faults;
using Promoter.Emulator.Hosting;
using Promoter.Emulator.Iam;
using Promoter.Emulator.Recording;
using Promoter.Emulator.Registry;
using Promoter.Emulator.Registry.Authentication;

namespace Promoter.Emulator;

/// <summary>Two AWS accounts on loopback ports: a registry each, and a layer host for both.</summary>
public sealed class EmulatedAws : IAsyncDisposable
{
    private readonly EcrTokens _tokens;
    private readonly RequestPipeline _pipeline;
    private readonly LayerHost _layers;
    private LoopbackHost? _host;

    private EmulatedAws(AwsOptions options)
    {
        Options = options;
        _tokens = new EcrTokens(options.Clock);
        _pipeline = new RequestPipeline(Requests, Faults);
        _layers = new LayerHost(options.Clock, _pipeline);
    }

    public AwsOptions Options { get; }

    public EmulatedRegistry Source { get; private set; } = null!;

    public EmulatedRegistry Target { get; private set; } = null!;

    /// <summary>Every request to any of the listeners.</summary>
    public RequestLog Requests { get; } = new();

    public FaultScript Faults { get; } = new();

    public AdjustableClock Clock => Options.Clock;

    /// <summary>The untrusted certificate, where <see cref="AwsOptions.Tls"/> is on.</summary>
    public X509Certificate2? Certificate => _host?.Certificate;

    /// <summary>How long the next registry tokens are good for.</summary>
    public TimeSpan TokenLifetime
    {
        get => _tokens.Lifetime;
        set => _tokens.Lifetime = value;
    }

    public static async Task<EmulatedAws> StartAsync(AwsOptions? options = null)
    {
        options ??= new AwsOptions();
        var aws = new EmulatedAws(options);
        var source = aws.CreateListener(options.SourceAccount, 0, out var sourceStore);
        var target = aws.CreateListener(options.TargetAccount, 1, out var targetStore);
        // The layer bucket speaks HTTP/1.1 only (docker/cli#4158).
        var layers = new Listener("layers", aws._layers.HandleAsync) { Port = options.Ports.ElementAtOrDefault(2), Protocols = HttpProtocols.Http1 };
        aws.Source = new EmulatedRegistry(sourceStore, source, aws.HostName(options.SourceAccount), aws.Requests, aws.Faults);
        aws.Target = new EmulatedRegistry(targetStore, target, aws.HostName(options.TargetAccount), aws.Requests, aws.Faults);
        aws._host = await LoopbackHost.StartAsync(source, target, layers);
        aws._layers.Endpoint = layers.Endpoint;
        aws._pipeline.StopWith(aws._host.Stopping);
        return aws;
    }

    /// <summary>A registry password (user name <c>AWS</c>) that may do everything in every account.</summary>
    public string IssueToken(string? accountId = null)
    {
        var account = accountId ?? Options.TargetAccount;
        var principal = new Principal(account, $"arn:aws:iam::{account}:user/root") { Statements = [IamStatement.AllowAll] };
        return _tokens.Issue(new Caller(principal, principal.Arn, "AIDAROOT")).Password;
    }

    /// <summary>Makes every registry token given out so far worthless.</summary>
    public void ExpireTokens() => _tokens.ExpireAll();

    public async ValueTask DisposeAsync()
    {
        if (_host is not null) await _host.DisposeAsync();
        _host = null;
    }

    private string HostName(string account) => $"{account}.dkr.ecr.{Options.Region}.amazonaws.com";

    private Listener CreateListener(string account, int index, out RegistryStore store)
    {
        store = new RegistryStore(account, RegistryBehaviour.Ecr(), new RegistryWording(account, isEcr: true), Options.Clock);
        _layers.Serve(store);
        var gate = new EcrGate(_tokens, Options.Clock, new EverythingAdmitted());
        var endpoint = new RegistryEndpoint(store, gate, _pipeline, _layers);
        return new Listener(account, endpoint.HandleAsync) { Port = Options.Ports.ElementAtOrDefault(index), Tls = Options.Tls };
    }

    private sealed class EverythingAdmitted : IEcrAdmission
    {
        public void Admit(Caller caller, string account, string operation, string repository, string donor)
        {
            // Permissions and quotas are the JSON API's part.
        }
    }
}
