using System.CommandLine;
using Promoter.Copying;
using Promoter.Oci;
using Promoter.Promotion;

namespace Promoter.Job.Commands;

/// <summary><c>promoter copy SOURCE TARGET</c>: one image between any two registries, or OCI layouts on disk.</summary>
internal static class CopyCommand
{
    private static readonly Argument<string> Source = new("SOURCE") { Description = "The image to copy: registry/repository[:tag][@digest], or oci:DIR[:tag][@digest] for an OCI layout on disk." };
    private static readonly Argument<string> Target = new("TARGET") { Description = "Where it goes; without a tag and digest it keeps those of the source." };

    public static Command Create()
    {
        var command = new Command("copy", "Copy one image between any two registries or OCI layouts, byte for byte, with everything that is attached to it.")
        {
            Source, Target, RunOptions.MoveTags, RunOptions.Referrers, RunOptions.RequireSignature, RunOptions.RefreshReferrers,
            RunOptions.DryRun, RunOptions.ReportFile, RunOptions.ReportConfigMap,
        };
        command.SetAction((parse, ct) => CommandEdge.RunAsync(parse, RunAsync, ct));
        return command;
    }

    private static async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var parse = context.Parse;
        using var run = new PromotionRun(context, new PromotionOptions { Parallelism = context.Config.Transfer.Parallelism });
        var source = References.ParseWithLayouts(parse.GetRequiredValue(Source), "SOURCE");
        var target = References.ParseWithLayouts(parse.GetRequiredValue(Target), "TARGET");
        if (source.IsInLayout) source = await LayoutSource.ResolveAsync(source, run.Registries, cancellationToken);
        if (target.Tag is null && target.Digest is null) target = target.WithTag(source.Tag ?? (source.Digest is null ? ImageReference.DefaultTag : null)).WithDigest(source.Digest);
        if (target.Digest is { } wanted && source.Digest is { } given && wanted != given)
        {
            throw new PromotionException(ExitCode.Usage, $"SOURCE has digest {given} and TARGET {wanted}: a copy does not change the digest");
        }

        var request = new PromotionRequest(target, source)
        {
            Referrers = RunOptions.ReferrersOf(parse) ?? ReferrerSelection.All,
            MayMoveTag = parse.GetValue(RunOptions.MoveTags),
            RequireSignature = parse.GetValue(RunOptions.RequireSignature),
            RefreshReferrers = parse.GetValue(RunOptions.RefreshReferrers),
        };
        return await run.PromoteAsync([request], [], parse.GetValue(RunOptions.DryRun), cancellationToken);
    }
}
