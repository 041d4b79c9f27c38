using Microsoft.Extensions.Logging;
using Promoter.Copying;
using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Promotion;

/// <summary>
/// Lets the pods of a sharded run wait for each other without talking to each other: the target registry itself says when everything has arrived. Only then
/// does any of them commit tags, so that the run as a whole is all or nothing.
/// </summary>
internal sealed partial class ShardBarrier(RegistryClients registries, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);
    private readonly TargetInventory _inventory = new();

    /// <summary>Returns when every manifest that other shards bring is at its target. The caller's cancellation (the Job's deadline) is the only limit.</summary>
    public async Task WaitAsync(IReadOnlyList<ImageCopy> others, CancellationToken cancellationToken)
    {
        var waiting = others.SelectMany(i => i.Closure.Manifests.Select(m => (i.Target, m.Digest))).DistinctBy(x => (x.Target.Host, x.Target.Name, x.Digest)).ToList();
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            waiting = await StillMissingAsync(waiting, cancellationToken);
            if (waiting.Count == 0) return;
            Log.Waiting(logger, waiting.Count, $"{waiting[0].Target.Name}@{waiting[0].Digest}");
            await Task.Delay(pause, time, cancellationToken);
        }
    }

    private async Task<List<(IRepository Target, Digest Digest)>> StillMissingAsync(List<(IRepository Target, Digest Digest)> waiting, CancellationToken cancellationToken)
    {
        var missing = new List<(IRepository, Digest)>();
        foreach (var group in waiting.GroupBy(w => (w.Target.Host, w.Target.Name)))
        {
            var target = group.First().Target;
            var answers = await _inventory.FindManifestsAsync(target, registries.PlatformOf(target.Host), [.. group.Select(w => new ManifestQuery(null, w.Digest))], cancellationToken);
            missing.AddRange(answers.Where(a => !a.HasDigest).Select(a => (target, a.Query.Digest!.Value)));
        }

        return missing;
    }

    private static partial class Log
    {
        [LoggerMessage(2100, LogLevel.Information, "Waiting for {Count} manifests that other shards bring, {First} among them")]
        public static partial void Waiting(ILogger logger, int count, string first);
    }
}
