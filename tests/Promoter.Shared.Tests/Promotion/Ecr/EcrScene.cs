using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Promoter.Aws;
using Promoter.Copying;
using Promoter.Emulator;
using Promoter.Emulator.Iam;
using Promoter.Emulator.Recording;
using Promoter.Oci;
using Promoter.Promotion;
using Promoter.Registries;

namespace Promoter.Tests.Promotion.Ecr;

/// <summary>Two emulated ECR accounts, a role in each that is assumed by web identity, and the engine between them as the job composes it.</summary>
internal sealed class EcrScene : IAsyncDisposable
{
    /// <summary>A setting of each kind that a new repository can be given.</summary>
    public static readonly RepositoryCreationOptions EveryKindOfSetting = new()
    {
        TagMutability = "IMMUTABLE",
        ScanOnPush = true,
        LifecyclePolicy = """{"rules":[{"rulePriority":1,"selection":{"tagStatus":"untagged","countType":"imageCountMoreThan","countNumber":9},"action":{"type":"expire"}}]}""",
        RepositoryPolicy = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"ecr:BatchGetImage"}]}""",
        Tags = new Dictionary<string, string>(StringComparer.Ordinal) { ["team"] = "shop" },
    };

    private const string Subject = "system:serviceaccount:shop:image-promoter";
    private readonly string _tokenFile = Path.Combine(Path.GetTempPath(), $"promoter-token-{Guid.NewGuid():N}");
    private readonly List<IDisposable> _owned = [];

    private EcrScene(EmulatedAws aws)
    {
        Aws = aws;
        RotateToken(TimeSpan.FromHours(1));
    }

    public EmulatedAws Aws { get; }

    public RequestLog Requests => Aws.Requests;

    /// <summary>What the source role may do.</summary>
    public IReadOnlyList<IamStatement> SourcePermissions { get; set; } = [IamStatement.AllowAll];

    /// <summary>The account of the source's role; the target's makes every read one across accounts.</summary>
    public string? SourceRoleAccount { get; set; }

    /// <summary>What the target role may do; everything unless a test narrows it before the first promotion.</summary>
    public IReadOnlyList<IamStatement> TargetPermissions { get; set; } = [IamStatement.AllowAll];

    public ILogger<EcrPlatform>? PlatformLog { get; set; }

    public RepositoryCreationOptions? CreateRepositories { get; set; }

    public IReadOnlyDictionary<RegistryAction, double>? RateLimits { get; set; }

    public int Parallelism { get; set; } = new PromotionOptions().Parallelism;

    public RegistryClientOptions Options { get; set; } = new() { Retries = 4, RetryDelay = TimeSpan.FromMilliseconds(1), MaxRetryDelay = TimeSpan.FromMilliseconds(5) };

    public string From(string image) => $"{Aws.Source.ReferenceHost}/{image}";

    public string To(string image) => $"{Aws.Target.ReferenceHost}/{image}";

    public static async Task<EcrScene> StartAsync() => new(await EmulatedAws.StartAsync());

    /// <summary>Promotes each image (repository:tag, or with digest) from the source account to the target account, in a run of its own.</summary>
    public async Task<PromotionReport> PromoteAsync(params string[] images)
    {
        var clients = Compose();
        var requests = images.Select(i => new PromotionRequest(ImageReference.Parse(To(i)), ImageReference.Parse(From(i))) { Referrers = Referrers, MayMoveTag = MayMoveTags }).ToList();
        var plan = await new PromotionPlanner(clients).PlanAsync(requests, [], TestContext.Current.CancellationToken);
        var executor = new PromotionExecutor(clients, Options, new PromotionOptions { Parallelism = Parallelism }, new QuietObserver(), TimeProvider.System, NullLoggerFactory.Instance);
        return await executor.ExecuteAsync(plan, TestContext.Current.CancellationToken);
    }

    /// <summary>Writes a new token of the service account, as the cluster does before the present one expires: whoever reads finds the old one or the new one.</summary>
    public void RotateToken(TimeSpan lifetime)
    {
        var next = _tokenFile + ".next";
        File.WriteAllText(next, Aws.Iam.WebIdentity.Issue(Subject, lifetime: lifetime));
        File.Move(next, _tokenFile, overwrite: true);
    }

    public ReferrerSelection Referrers { get; set; } = ReferrerSelection.All;

    public bool MayMoveTags { get; set; }

    /// <summary>Requests that a promotion needed besides identities and tokens: registry, layer host and JSON API, redirects counted.</summary>
    public int Count(string? account = null) => Requests.Where(account: account).Count(r => r.Action != EmulatedAction.Sts && r.Operation is not ("GetAuthorizationToken" or "GetAccountSetting"));

    public async ValueTask DisposeAsync()
    {
        foreach (var owned in _owned) owned.Dispose();
        await Aws.DisposeAsync();
        File.Delete(_tokenFile);
    }

    private RegistryClients Compose()
    {
        var registries = new AwsRegistries([Identity(Aws.Source, Side.Source, SourcePermissions), Identity(Aws.Target, Side.Target, TargetPermissions)]);
        var credentials = new EcrCredentials(registries, TimeProvider.System, NullLogger<EcrCredentials>.Instance);
        var platform = new EcrPlatform(registries, TimeProvider.System, PlatformLog ?? NullLogger<EcrPlatform>.Instance, RateLimits);
        var clients = new RegistryClients(
            credentials,
            [.. new[] { Aws.Source, Aws.Target }.Select(r => new Promoter.Registries.RegistryOptions { Host = r.ReferenceHost, Endpoint = r.Endpoint })],
            Options,
            [platform],
            TimeProvider.System,
            NullLoggerFactory.Instance);
        _owned.AddRange([clients, credentials, registries]);
        return clients;
    }

    private AwsRegistryOptions Identity(EmulatedRegistry registry, Side side, IReadOnlyList<IamStatement> permissions)
    {
        var name = $"promoter-{side}-{_owned.Count}";
        var role = Aws.Iam.CreateRole((side == Side.Source ? SourceRoleAccount : null) ?? registry.Name, name, new RoleTrust { WebIdentitySubject = Subject }, permissions);
        return new AwsRegistryOptions
        {
            Host = registry.ReferenceHost,
            Side = side,
            Source = AwsCredentialSource.WebIdentity,
            WebIdentityTokenFile = _tokenFile,
            RoleArn = role.Arn,
            EcrEndpoint = Aws.ApiEndpoint.ToString(),
            StsEndpoint = Aws.ApiEndpoint.ToString(),
            CreateRepositories = side == Side.Target ? CreateRepositories : null,
        };
    }
}
