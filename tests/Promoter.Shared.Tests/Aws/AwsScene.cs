using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Promoter.Aws;
using Promoter.Registries;

namespace Promoter.Tests.Aws;

/// <summary>A stub of AWS, and two registries that reach it: a source and a target, each with its own role by web identity.</summary>
internal sealed class AwsScene : IAsyncDisposable
{
    public const string Source = "111111111111.dkr.ecr.eu-west-1.amazonaws.com";
    public const string Target = "222222222222.dkr.ecr.eu-west-1.amazonaws.com";

    private readonly string _tokenFile = Path.Combine(Path.GetTempPath(), $"token-{Guid.NewGuid():N}");

    private AwsScene(StubAws aws)
    {
        Aws = aws;
        File.WriteAllText(_tokenFile, "oidc-token\n");
    }

    public StubAws Aws { get; }

    public static async Task<AwsScene> StartAsync() => new(await StubAws.StartAsync());

    public AwsRegistryOptions Options(string host, Side? side = null) => new()
    {
        Host = host,
        Side = side ?? (host == Source ? Side.Source : Side.Target),
        Source = AwsCredentialSource.WebIdentity,
        WebIdentityTokenFile = _tokenFile,
        RoleArn = $"arn:aws:iam::{host[..12]}:role/promoter",
        EcrEndpoint = Aws.Url,
        StsEndpoint = Aws.Url,
    };

    public AwsRegistries Registries(params AwsRegistryOptions[] options) => new(options.Length > 0 ? options : [Options(Source), Options(Target)]);

    public static EcrCredentials Credentials(AwsRegistries registries, TimeProvider? time = null, ILogger<EcrCredentials>? logger = null) =>
        new(registries, time ?? TimeProvider.System, logger ?? NullLogger<EcrCredentials>.Instance);

    public static EcrPlatform Platform(
        AwsRegistries registries, TimeProvider? time = null, ILogger<EcrPlatform>? logger = null, IReadOnlyDictionary<RegistryAction, double>? rateLimits = null) =>
        new(registries, time ?? TimeProvider.System, logger ?? NullLogger<EcrPlatform>.Instance, rateLimits);

    public async ValueTask DisposeAsync()
    {
        await Aws.DisposeAsync();
        File.Delete(_tokenFile);
    }
}
