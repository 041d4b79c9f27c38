using Promoter.Registries;

namespace Promoter.Promotion;

/// <summary>Maps failures to exit codes.</summary>
public static class ExitCodes
{
    // Where several images failed, the code that needs a person soonest: what retrying cannot cure comes first.
    private static readonly ExitCode[] ByUrgency =
    [
        ExitCode.Interrupted, ExitCode.Usage, ExitCode.AccessDenied, ExitCode.MissingAtSource, ExitCode.TagConflict, ExitCode.Refused, ExitCode.Unexpected, ExitCode.Unavailable,
    ];

    public static ExitCode Of(Exception? failure) => failure switch
    {
        null => ExitCode.Done,
        PromotionException e => e.ExitCode,
        OperationCanceledException => ExitCode.Interrupted,
        RegistryException e => Of(e),
        _ => ExitCode.Unexpected,
    };

    public static ExitCode OfAll(IEnumerable<Exception> failures)
    {
        var codes = failures.Select(Of).ToHashSet();
        return codes.Count == 0 ? ExitCode.Done : ByUrgency.First(codes.Contains);
    }

    private static ExitCode Of(RegistryException e) => e.Fault switch
    {
        RegistryFault.NotFound => e.Side == Side.Source ? ExitCode.MissingAtSource : ExitCode.Usage,
        RegistryFault.Denied => ExitCode.AccessDenied,
        RegistryFault.Throttled or RegistryFault.Unreachable => ExitCode.Unavailable,
        RegistryFault.TagConflict => ExitCode.TagConflict,
        RegistryFault.Unsupported => ExitCode.Refused,
        RegistryFault.Unusable => ExitCode.Usage,
        _ => ExitCode.Unexpected,
    };
}
