namespace Promoter.Admission.OnDemand;

/// <summary>Which replica works on which digest. With Kubernetes it is a Lease each; without, this process works on everything.</summary>
internal interface IPromotionClaims
{
    /// <summary>Waits for the turn.</summary>
    /// <param name="run">Planned already, so that others can be told how much has to cross.</param>
    /// <param name="key">Target repository and digest.</param>
    /// <returns>Null: another replica had it and has ended, so that the registry must be asked again.</returns>
    Task<IPromotionClaim?> ClaimAsync(PromotionRun run, string key, CancellationToken cancellationToken);
}

/// <summary>The right to work on a digest, renewed as long as it is held.</summary>
internal interface IPromotionClaim : IAsyncDisposable
{
    /// <summary>Another replica has begun the work: what was planned before is out of date.</summary>
    bool IsTakenOver { get; }

    /// <summary>Cancelled when another replica took over.</summary>
    CancellationToken Lost { get; }

    /// <summary>Tells the others how far it is.</summary>
    void Report(PromotionRun run);

    /// <summary>The work is finished, one way or the other; without this, disposing hands it over to another replica.</summary>
    void Finish();
}
