using Promoter.Promotion;

namespace Promoter.Job.Output;

/// <summary>The result as text: one line per image, then one sentence, which is the last line so that a truncated log still shows it.</summary>
internal static class TextReport
{
    public static void Write(PromotionPlan plan, TextWriter output)
    {
        foreach (var image in plan.Images)
        {
            output.WriteLine($"{Word(image.State),-12} {image.Request.Target}");
            output.WriteLine($"             {Details(image)}");
        }

        WriteSkipped(plan.Skipped, output);
        output.WriteLine(Summary(plan));
    }

    public static void Write(PromotionReport report, TextWriter output)
    {
        foreach (var image in report.Images)
        {
            output.WriteLine($"{Word(image.Outcome),-13} {image.Request.Target}");
            output.WriteLine($"              {Details(image)}");
        }

        WriteSkipped(report.Skipped, output);
        output.WriteLine(Summary(report));
    }

    public static string Summary(PromotionReport report)
    {
        var counts = string.Join(", ", report.Images.GroupBy(i => i.Outcome).OrderBy(g => g.Key).Select(g => $"{g.Count()} {Word(g.Key)}"));
        var moved = $"{ByteSize.Format(report.BytesCopied)} copied in {report.Duration.TotalSeconds:0.0} s";
        var end = report.Interrupted ? "interrupted: run again to finish; " : report.ExitCode == ExitCode.Done ? "" : $"failed (exit code {(int)report.ExitCode}), {TagsText(report)}; ";
        return $"{end}{(counts.Length > 0 ? counts : "no images")}; {moved}";
    }

    private static string Summary(PromotionPlan plan)
    {
        var counts = string.Join(", ", plan.Images.GroupBy(i => i.State).OrderBy(g => g.Key).Select(g => $"{g.Count()} {Word(g.Key)}"));
        return $"{(counts.Length > 0 ? counts : "no images")}; {ByteSize.Format(plan.Bytes)} to copy";
    }

    private static string TagsText(PromotionReport report) => report.Tags.Count == 0 ? "no tag has moved" : $"{Count.Of(report.Tags.Count, "tag")} moved";

    private static string Details(PlannedImage image) => image.State switch
    {
        ImageState.Failed => image.Failure!.Message,
        ImageState.ToCopy => $"{image.Digest}: {Count.Of(image.Copy!.MissingBlobs.Count, "blob")} ({ByteSize.Format(image.Copy.MissingBytes)}) and {Count.Of(image.Copy.MissingManifests.Count, "manifest")} from {image.Request.Source.Name}{Foreign(image.Copy.Closure.ForeignLayers.Count)}{(image.RepositoryMissing ? "; the repository does not exist yet" : "")}",
        _ => $"{image.Digest}",
    };

    private static string Details(ReportedImage image) => image.Outcome switch
    {
        ImageOutcome.Failed => image.Failure!.Message,
        ImageOutcome.Promoted => $"{image.Digest}: {Count.Of(image.BlobsCopied, "blob")} copied ({ByteSize.Format(image.BytesCopied)}), {image.BlobsMounted} mounted{Foreign(image.ForeignLayers)}",
        ImageOutcome.NotCommitted => $"{image.Digest}: its tag has not moved",
        _ => $"{image.Digest}",
    };

    private static string Foreign(int layers) => layers == 0 ? "" : $"; {Count.Of(layers, "foreign layer")} not copied: clients fetch such layers from their own URLs";

    private static void WriteSkipped(IReadOnlyList<SkippedImage> skipped, TextWriter output)
    {
        foreach (var image in skipped)
        {
            output.WriteLine($"{"skipped",-13} {image.Reference}");
            output.WriteLine($"              {image.Reason}");
        }
    }

    private static string Word(ImageState state) => state switch
    {
        ImageState.UpToDate => "up to date",
        ImageState.TagMissing => "tag missing",
        ImageState.ToCopy => "to copy",
        _ => "failed",
    };

    private static string Word(ImageOutcome outcome) => outcome switch
    {
        ImageOutcome.UpToDate => "up to date",
        ImageOutcome.Promoted => "promoted",
        ImageOutcome.Tagged => "tagged",
        ImageOutcome.OtherShard => "other shard",
        ImageOutcome.NotCommitted => "not committed",
        _ => "failed",
    };
}
