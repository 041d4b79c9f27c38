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
}
