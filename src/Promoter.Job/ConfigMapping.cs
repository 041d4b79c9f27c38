using Promoter.Aws.Diagnosis;
using Promoter.Job.Doctor;
using Promoter.Promotion;
using Promoter.Promotion.Configuration;
using Promoter.Registries;

namespace Promoter.Job;

/// <summary>Translates the configuration file's sections into the options of the engine's folders, which know no file.</summary>
internal static class ConfigMapping
{
    private static readonly RegistryClientOptions Defaults = new();

    public static RegistryClientOptions ClientOptions(TransferConfig transfer) => new()
    {
        Retries = transfer.Retries,
        IdleTimeout = transfer.IdleTimeout,
        ChunkedUploadThreshold = transfer.ChunkedUploadThreshold,

        // Every transfer may hold a connection, and metadata must find one free all the same.
        MaxConnectionsPerHost = Math.Max(Defaults.MaxConnectionsPerHost, 2 * transfer.Parallelism),
    };

    public static IReadOnlyList<RegistryOptions> Registries(PromotionConfig config) =>
        [.. config.Registries.Select(r => new RegistryOptions { Host = r.Host, Endpoint = r.Endpoint, PlainHttp = r.PlainHttp })];

    /// <summary>A finding of AWS's diagnosis, with the exit code that a promotion would end with.</summary>
    public static DoctorCheck DoctorCheck(Check check) => new(check.Side, check.Host, check.Name, Enum.Parse<DoctorStatus>(check.Status.ToString()), check.Detail)
    {
        Remedy = check.Remedy,
        MissingStatement = check.MissingStatement,
        ExitCode = check.Status == CheckStatus.Fail ? ExitCodes.Of(new RegistryException(check.Fault, check.Detail) { Side = check.Side }) : ExitCode.Done,
    };
}
