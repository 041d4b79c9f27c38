namespace Promoter.Admission.OnDemand;

/// <summary>Claims of a process that is alone: one at a time per digest, nothing survives it.</summary>
internal sealed class LocalClaims : IPromotionClaims
{
    private readonly KeyedLock _locks = new();

    public async Task<IPromotionClaim?> ClaimAsync(PromotionRun run, string key, CancellationToken cancellationToken) =>
        new Claim(await _locks.EnterAsync(key, cancellationToken));

    private sealed class Claim(IDisposable turn) : IPromotionClaim
    {
        public bool IsTakenOver => false;

        public CancellationToken Lost => CancellationToken.None;

        public void Report(PromotionRun run)
        {
            // Nobody else is there to be told.
        }

        public void Finish()
        {
            // Nothing is kept that would have to be removed.
        }

        public ValueTask DisposeAsync()
        {
            turn.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
