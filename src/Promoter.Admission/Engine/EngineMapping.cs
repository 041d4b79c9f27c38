using Promoter.Aws;
using Promoter.Promotion.Configuration;
using Promoter.Registries;

namespace Promoter.Admission.Engine;

/// <summary>Translates the configuration file's sections into the options of the engine's folders, which know no file.</summary>
internal static class EngineMapping
{
    public static RegistryClientOptions ClientOptions(TransferConfig transfer) => new()
    {
        Retries = transfer.Retries,
        IdleTimeout = transfer.IdleTimeout,
        ChunkedUploadThreshold = transfer.ChunkedUploadThreshold,
    };

    public static IReadOnlyList<RegistryOptions> Registries(PromotionConfig config) =>
        [.. config.Registries.Select(r => new RegistryOptions { Host = r.Host, Endpoint = r.Endpoint, PlainHttp = r.PlainHttp })];

    public static IEnumerable<AwsRegistryOptions> AwsRegistries(PromotionConfig config) =>
        from registry in config.Registries
        where registry.Aws is not null || EcrHost.TryParse(registry.Host, out _)
        let aws = registry.Aws ?? new AwsIdentityConfig()
        select new AwsRegistryOptions
        {
            Host = registry.Host,
            Side = SideOf(registry.Host, config),
            Region = aws.Region,
            Profile = aws.Profile,
            Source = aws.Profile is not null ? AwsCredentialSource.Profile : aws.WebIdentity is not null ? AwsCredentialSource.WebIdentity : AwsCredentialSource.Default,
            WebIdentityTokenFile = aws.WebIdentity?.TokenFile,
            RoleArn = aws.RoleArn ?? aws.WebIdentity?.RoleArn,
            ExternalId = aws.ExternalId,
            SessionName = aws.SessionName,
        };

    private static Side? SideOf(string host, PromotionConfig config)
    {
        var isSource = config.Rules.Any(r => r.Source.Host == host);
        var isTarget = config.Rules.Any(r => r.Target.Host == host);
        return isSource == isTarget ? null : isSource ? Side.Source : Side.Target;
    }
}
