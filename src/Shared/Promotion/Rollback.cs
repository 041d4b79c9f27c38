using Promoter.Copying;
using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Promotion;

/// <summary>What became of one tag of a rollback.</summary>
public enum RollbackOutcome
{
    /// <summary>The tag points again to where it pointed before the run.</summary>
    Restored,

    /// <summary>It pointed there already.</summary>
    AlreadyRestored,

    /// <summary>The run made the tag; there is nothing to restore, and a promoter never deletes.</summary>
    WasNew,

    /// <summary>Someone has moved the tag since; it is left alone.</summary>
    MovedSince,

    Failed,
}

/// <summary>One tag of a rollback.</summary>
public sealed record RolledBackTag(CommittedTag Tag, RollbackOutcome Outcome)
{
    public Exception? Failure { get; init; }
}

/// <summary>Points the tags that a run moved back to where they pointed before, as its report's journal says.</summary>
public sealed class Rollback(RegistryClients registries)
{
    public async Task<IReadOnlyList<RolledBackTag>> ExecuteAsync(IReadOnlyList<CommittedTag> journal, CancellationToken cancellationToken)
    {
        var results = new List<RolledBackTag>();

        // Backwards, so that an image's tag leaves before what was attached under it.
        foreach (var tag in journal.Reverse())
        {
            try
            {
                results.Add(new RolledBackTag(tag, await RestoreAsync(tag, cancellationToken)));
            }
            catch (RegistryException e)
            {
                results.Add(new RolledBackTag(tag, RollbackOutcome.Failed) { Failure = e });
            }
        }

        return results;
    }

    private async Task<RollbackOutcome> RestoreAsync(CommittedTag tag, CancellationToken cancellationToken)
    {
        if (tag.Previous is not { } previous) return RollbackOutcome.WasNew;
        var target = registries.Repository(tag.Registry, tag.Repository, Side.Target);
        var current = (await target.HeadManifestAsync(ManifestReference.Of(tag.Tag), cancellationToken))?.Digest;
        if (current == previous) return RollbackOutcome.AlreadyRestored;
        if (current != tag.Current) return RollbackOutcome.MovedSince;

        var manifest = await target.FetchManifestAsync(ManifestReference.Of(previous), cancellationToken)
            ?? throw new RegistryException(RegistryFault.NotFound, $"{tag.Registry}/{tag.Repository} no longer has {previous}, to which the tag {tag.Tag} pointed; promote it again") { Operation = "roll back tag", Side = Side.Target, Host = tag.Registry, Repository = tag.Repository };
        await target.PushManifestAsync(ManifestReference.Of(tag.Tag), manifest, cancellationToken);
        return RollbackOutcome.Restored;
    }
}
