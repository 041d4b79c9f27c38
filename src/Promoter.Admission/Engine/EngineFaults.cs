using Promoter.Admission.Presence;
using Promoter.Promotion;
using Promoter.Registries;

namespace Promoter.Admission.Engine;

/// <summary>Translates the engine's faults into the kinds that have answers of their own.</summary>
internal static class EngineFaults
{
    /// <param name="side">Whose fault it was, where the exception does not say.</param>
    public static ImageFault Of(Exception failure, Side side) => failure switch
    {
        RegistryException { InnerException: { } cause } e when IsRefusedAddress(cause) => new ImageFault(ImageFaultKind.Refused, e.Side, e.Message),
        RegistryException e => new ImageFault(KindOf(e.Fault), e.Side, e.Message),
        PromotionException { ExitCode: ExitCode.Refused } e => new ImageFault(ImageFaultKind.Refused, side, e.Message),
        _ => new ImageFault(ImageFaultKind.Failed, side, failure.Message),
    };

    private static bool IsRefusedAddress(Exception? cause) => cause is AddressRefusedException || (cause is not null && IsRefusedAddress(cause.InnerException));

    private static ImageFaultKind KindOf(RegistryFault fault) => fault switch
    {
        RegistryFault.NotFound => ImageFaultKind.Missing,
        RegistryFault.Denied => ImageFaultKind.Denied,
        RegistryFault.Throttled => ImageFaultKind.Throttled,
        RegistryFault.Unreachable => ImageFaultKind.TimedOut,
        _ => ImageFaultKind.Failed,
    };
}
