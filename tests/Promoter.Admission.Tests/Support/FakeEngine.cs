using System.Collections.Concurrent;
using Promoter.Admission.OnDemand;
using Promoter.Admission.Presence;
using Promoter.Oci;

namespace Promoter.Admission.Tests.Support;

/// <summary>Registries whose content a test sets: what the target has, what the source has, what fails, how long a copy takes.</summary>
internal sealed class FakeEngine : IPromotionEngine
{
    private readonly ConcurrentQueue<string> _calls = new();

    /// <summary>Target references (as text) that are there.</summary>
    public ConcurrentDictionary<string, Digest> Target { get; } = new(StringComparer.Ordinal);

    /// <summary>Size of every image of the source, in bytes; what is not here is missing there. Empty: everything is there and small.</summary>
    public ConcurrentDictionary<string, long> Source { get; } = new(StringComparer.Ordinal);

    /// <summary>Answers of the target registry other than present and missing.</summary>
    public Func<ImageReference, ImageFault?> TargetFault { get; set; } = _ => null;

    /// <summary>What the source says to a pod's credentials.</summary>
    public Func<SourceAccess, ImageFault?> SourceFault { get; set; } = _ => null;

    public Func<PairedImage, ImageFault?> PlanFault { get; set; } = _ => null;

    public Func<PairedImage, ImageFault?> CopyFault { get; set; } = _ => null;

    /// <summary>What a copy waits for before it is done.</summary>
    public Func<CancellationToken, Task> Copying { get; set; } = _ => Task.CompletedTask;

    /// <summary>What a look-up waits for.</summary>
    public Func<CancellationToken, Task> LookingUp { get; set; } = _ => Task.CompletedTask;

    public IReadOnlyList<string> Calls => [.. _calls];

    public int Checks => _calls.Count(call => call.StartsWith("check ", StringComparison.Ordinal));

    public int Plans => _calls.Count(call => call.StartsWith("plan ", StringComparison.Ordinal));

    public int Copies => _calls.Count(call => call.StartsWith("copy ", StringComparison.Ordinal));

    public static Digest DigestOf(ImageReference image) => image.Digest ?? Digest.Of(System.Text.Encoding.UTF8.GetBytes(image.Repository + ":" + image.Tag));

    public void Has(string reference)
    {
        var image = ImageReference.Parse(reference);
        Target[image.ToString()] = DigestOf(image);
    }

    /// <summary>Lets no copy end until what it returns is called.</summary>
    public Action HoldCopies()
    {
        var held = new TaskCompletionSource();
        Copying = token => held.Task.WaitAsync(token);
        return held.SetResult;
    }

    public async Task<PresenceAnswer> CheckAsync(ImageReference target, CancellationToken cancellationToken)
    {
        _calls.Enqueue($"check {target}");
        await LookingUp(cancellationToken);
        if (TargetFault(target) is { } fault) return new PresenceAnswer.Unknown(fault);
        return Target.TryGetValue(target.ToString(), out var digest) ? new PresenceAnswer.Present(digest) : PresenceAnswer.Missing.Instance;
    }

    public Task<ImageFault?> CheckSourceAsync(PairedImage image, SourceAccess access, CancellationToken cancellationToken)
    {
        _calls.Enqueue($"prove {image.Source}");
        return Task.FromResult(SourceFault(access));
    }

    public Task<PlanAnswer> PlanAsync(PairedImage image, SourceAccess access, CancellationToken cancellationToken)
    {
        _calls.Enqueue($"plan {image.Source}");
        var size = 1000L;
        var fault = PlanFault(image);
        if (fault is null && !Source.IsEmpty && !Source.TryGetValue(image.Source.ToString(), out size))
        {
            fault = new ImageFault(ImageFaultKind.Missing, Registries.Side.Source, $"the image {image.Source} is not at the source");
        }

        return Task.FromResult<PlanAnswer>(fault is null ? new PlanAnswer.Planned(new Planned(this, image, size)) : new PlanAnswer.Impossible(fault));
    }

    private sealed class Planned(FakeEngine engine, PairedImage image, long size) : IPlannedPromotion
    {
        public Digest Digest => DigestOf(image.Target);

        public long MissingBytes => size;

        public long TotalBytes => size;

        public void Dispose()
        {
            // A plan of this engine holds nothing.
        }

        public async Task<ImageFault?> ExecuteAsync(IProgress<long> bytesMoved, CancellationToken cancellationToken)
        {
            engine._calls.Enqueue($"copy {image.Source} -> {image.Target}");
            bytesMoved.Report(size / 2);
            await engine.Copying(cancellationToken);
            if (engine.CopyFault(image) is { } fault) return fault;
            bytesMoved.Report(size - (size / 2));
            engine.Target[image.Target.ToString()] = Digest;
            return null;
        }
    }
}
