using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Promoter.Emulator.Admin;
using Promoter.Emulator.EcrApi;
using Promoter.Emulator.Faults;
using Promoter.Emulator.Hosting;
using Promoter.Emulator.Iam;
using Promoter.Emulator.PodIdentity;
using Promoter.Emulator.Recording;
using Promoter.Emulator.Registry;
using Promoter.Emulator.Registry.Authentication;
using Promoter.Emulator.Sts;

namespace Promoter.Emulator;

/// <summary>
/// Two AWS accounts on loopback ports: a registry each, a layer host for both, one port for ECR's JSON API and STS, and a Pod Identity agent.
/// </summary>
public sealed class EmulatedAws : IAsyncDisposable
{
    private readonly AwsState _state;
    private readonly SignatureV4 _signatures;
    private readonly RequestPipeline _pipeline;
    private readonly LayerHost _layers;
    private LoopbackHost? _host;

    private EmulatedAws(AwsOptions options)
    {
        Options = options;
        _state = new AwsState(options);
        _signatures = new SignatureV4(_state.Iam, options.Clock, options.Region);
        _pipeline = new RequestPipeline(Requests, Faults);
        _layers = new LayerHost(options.Clock, _pipeline);
        PodIdentity = new PodIdentityAgent(_state.Iam, _pipeline);
        SourceAdmin = Iam.CreateUser(options.SourceAccount, "admin", IamStatement.AllowAll);
        TargetAdmin = Iam.CreateUser(options.TargetAccount, "admin", IamStatement.AllowAll);
    }

    public AwsOptions Options { get; }

    public EmulatedRegistry Source { get; private set; } = null!;

    public EmulatedRegistry Target { get; private set; } = null!;

    /// <summary>For <c>AWS_ENDPOINT_URL_ECR</c>, <c>AWS_ENDPOINT_URL_STS</c> or <c>AWS_ENDPOINT_URL</c>; the account is the signer's.</summary>
    public Uri ApiEndpoint { get; private set; } = null!;

    public PodIdentityAgent PodIdentity { get; }

    public EmulatedIam Iam => _state.Iam;

    public EcrQuotas Quotas => _state.Quotas;

    /// <summary>A user of the source account that may do everything its account allows.</summary>
    public AccessKey SourceAdmin { get; }

    /// <summary>A user of the target account that may do everything its account allows.</summary>
    public AccessKey TargetAdmin { get; }

    /// <summary>Every request to any of the listeners.</summary>
    public RequestLog Requests { get; } = new();

    public FaultScript Faults { get; } = new();

    public AdjustableClock Clock => Options.Clock;

    /// <summary>The untrusted certificate, where <see cref="AwsOptions.Tls"/> is on.</summary>
    public X509Certificate2? Certificate => _host?.Certificate;

    /// <summary>How long the next registry tokens are good for.</summary>
    public TimeSpan TokenLifetime
    {
        get => _state.Tokens.Lifetime;
        set => _state.Tokens.Lifetime = value;
    }

    /// <summary>How far the API's clock is ahead of this machine's: beyond five minutes either way, signatures are refused.</summary>
    public TimeSpan ApiClockSkew
    {
        get => _signatures.ClockSkew;
        set => _signatures.ClockSkew = value;
    }

    public static async Task<EmulatedAws> StartAsync(AwsOptions? options = null)
    {
        options ??= new AwsOptions();
        var aws = new EmulatedAws(options);
        var source = aws.CreateRegistryListener(options.SourceAccount, 0, out var sourceStore);
        var target = aws.CreateRegistryListener(options.TargetAccount, 1, out var targetStore);
        // The layer bucket speaks HTTP/1.1 only (docker/cli#4158).
        var layers = new Listener("layers", aws._layers.HandleAsync) { Port = options.Ports.ElementAtOrDefault(2), Tls = options.Tls, Protocols = HttpProtocols.Http1 };
        var api = aws.CreateApiListener();
        var pods = new Listener("pod identity", aws.PodIdentity.HandleAsync) { Port = options.Ports.ElementAtOrDefault(4) };
        aws.Source = new EmulatedRegistry(sourceStore, source, aws.HostName(options.SourceAccount), aws.Requests, aws.Faults);
        aws.Target = new EmulatedRegistry(targetStore, target, aws.HostName(options.TargetAccount), aws.Requests, aws.Faults);
        aws._host = await LoopbackHost.StartAsync(source, target, layers, api, pods);
        aws._layers.Endpoint = layers.Endpoint;
        aws.ApiEndpoint = api.Endpoint;
        aws.PodIdentity.CredentialsUri = new Uri(pods.Endpoint, "v1/credentials");
        aws._pipeline.StopWith(aws._host.Stopping);
        return aws;
    }

    /// <summary>A registry password (user name <c>AWS</c>) that may do everything in every account.</summary>
    public string IssueToken(string? accountId = null)
    {
        var account = accountId ?? Options.TargetAccount;
        var principal = new Principal(account, Arn.Root(account)) { Statements = [IamStatement.AllowAll], IsOmnipotent = true };
        return _state.Tokens.Issue(new Caller(principal, principal.Arn, account)).Password;
    }

    /// <summary>The registry password that GetAuthorizationToken would give to whoever signs with this key.</summary>
    public string IssueToken(AccessKey key) => _state.Tokens.Issue(Iam.CallerOf(key)).Password;

    /// <summary>Makes every registry token given out so far worthless.</summary>
    public void ExpireTokens() => _state.Tokens.ExpireAll();

    /// <summary>The variables that point an AWS client at this emulator: endpoint, region, and the key where one is given.</summary>
    public IReadOnlyDictionary<string, string> ToEnvironment(AccessKey? key = null)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["AWS_ENDPOINT_URL_ECR"] = ApiEndpoint.ToString(),
            ["AWS_ENDPOINT_URL_STS"] = ApiEndpoint.ToString(),
            ["AWS_REGION"] = Options.Region,
            ["AWS_DEFAULT_REGION"] = Options.Region,
            ["AWS_EC2_METADATA_DISABLED"] = "true",
        };
        foreach (var (name, value) in key?.ToEnvironment() ?? new Dictionary<string, string>()) variables[name] = value;
        return variables;
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null) await _host.DisposeAsync();
        _host = null;
    }

    private string HostName(string account) => $"{account}.dkr.ecr.{Options.Region}.amazonaws.com";

    private Listener CreateRegistryListener(string account, int index, out RegistryStore store)
    {
        store = new RegistryStore(account, RegistryBehaviour.Ecr(), new RegistryWording(account, isEcr: true), Options.Clock);
        _state.Stores.Add(account, store);
        _layers.Serve(store);
        var gate = new EcrGate(_state.Tokens, Options.Clock, new EcrAdmission(_state));
        var endpoint = new RegistryEndpoint(store, gate, _pipeline, _layers);
        return new Listener(account, endpoint.HandleAsync) { Port = Options.Ports.ElementAtOrDefault(index), Tls = Options.Tls };
    }

    private Listener CreateApiListener()
    {
        var ecr = new EcrApiEndpoint(_state, _signatures, _pipeline, new EcrOperations(_layers));
        var sts = new StsEndpoint(_state, _signatures, _pipeline);
        var admin = new AdminEndpoint(Requests, () => [Source, Target]);
        return new Listener("api", context =>
        {
            if (context.Request.Path.Value?.StartsWith(AdminEndpoint.Prefix, StringComparison.Ordinal) == true) return admin.HandleAsync(context);
            var target = context.Request.Headers["X-Amz-Target"].ToString();
            return target.StartsWith(EcrApiEndpoint.TargetPrefix, StringComparison.Ordinal)
                ? ecr.HandleAsync(context, target[EcrApiEndpoint.TargetPrefix.Length..])
                : sts.HandleAsync(context);
        })
        {
            Port = Options.Ports.ElementAtOrDefault(3),
            Tls = Options.Tls,
        };
    }
}
