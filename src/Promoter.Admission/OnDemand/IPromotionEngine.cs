using Promoter.Admission.Presence;
using Promoter.Oci;

namespace Promoter.Admission.OnDemand;

/// <summary>The engine as the webhook sees it: look, plan, execute. A process boundary, hence a double in the tests.</summary>
internal interface IPromotionEngine
{
    /// <summary>Whether the target registry has this reference; one request at most.</summary>
    Task<PresenceAnswer> CheckAsync(ImageReference target, CancellationToken cancellationToken);

    /// <summary>Whether the source can be read with these credentials.</summary>
    /// <returns>Null: it can. Otherwise why it cannot.</returns>
    Task<ImageFault?> CheckSourceAsync(PairedImage image, SourceAccess access, CancellationToken cancellationToken);

    /// <summary>Finds out what bringing the image would take, without changing anything.</summary>
    Task<PlanAnswer> PlanAsync(PairedImage image, SourceAccess access, CancellationToken cancellationToken);
}

/// <summary>What was found out.</summary>
internal abstract record PlanAnswer
{
    private PlanAnswer()
    {
    }

    public sealed record Planned(IPlannedPromotion Promotion) : PlanAnswer;

    public sealed record Impossible(ImageFault Fault) : PlanAnswer;
}

/// <summary>A promotion that can be executed. Disposing it closes the connections that it alone uses.</summary>
internal interface IPlannedPromotion : IDisposable
{
    /// <summary>What the target will have.</summary>
    Digest Digest { get; }

    /// <summary>Bytes that have to cross; 0 where only a tag or nothing is missing.</summary>
    long MissingBytes { get; }

    /// <summary>Bytes of the whole image.</summary>
    long TotalBytes { get; }

    /// <returns>Null: the image is there. Otherwise why it is not.</returns>
    Task<ImageFault?> ExecuteAsync(IProgress<long> bytesMoved, CancellationToken cancellationToken);
}
