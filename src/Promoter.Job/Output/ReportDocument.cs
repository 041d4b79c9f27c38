using System.Text.Json.Serialization;
using Promoter.Promotion;

namespace Promoter.Job.Output;

/// <summary>The JSON of <c>--output json</c> for <c>promote</c> and <c>copy</c>.</summary>
internal sealed record ReportDocument(
    string Kind, int ExitCode, bool Interrupted, double DurationSeconds, long BytesCopied,
    IReadOnlyList<ReportedImageDocument> Images, IReadOnlyList<SkippedImageDocument> Skipped, IReadOnlyList<CommittedTagDocument> Tags)
{
    public const string KindName = "PromotionReport";

    /// <summary>The run in one sentence.</summary>
    public string? Summary { get; init; }

    /// <summary>Entries that were left out because the place of the report is too small; null where it is whole.</summary>
    public int? Omitted { get; init; }

    public static ReportDocument Of(PromotionReport report) => new(
        KindName,
        (int)report.ExitCode,
        report.Interrupted,
        Math.Round(report.Duration.TotalSeconds, 3),
        report.BytesCopied,
        [.. report.Images.Select(ReportedImageDocument.Of)],
        [.. report.Skipped.Select(s => new SkippedImageDocument(s.Reference, s.Reason))],
        [.. report.Tags.Select(t => new CommittedTagDocument(t.Registry, t.Repository, t.Tag.ToString(), t.Previous?.ToString(), t.Current.ToString()))])
    {
        Summary = TextReport.Summary(report),
    };
}

internal sealed record ReportedImageDocument(
    string Target, string Source, string Outcome, string? Digest, string? PreviousDigest, string? Rule,
    long BytesCopied, int BlobsCopied, int BlobsMounted, int ManifestsPushed, int ForeignLayers, string? Error, int? ErrorExitCode)
{
    public static ReportedImageDocument Of(ReportedImage image) => new(
        image.Request.Target.ToString(),
        image.Request.Source.ToString(),
        JsonText.Camel(image.Outcome),
        image.Digest?.ToString(),
        image.PreviousDigest?.ToString(),
        image.Request.Rule.Length > 0 ? image.Request.Rule : null,
        image.BytesCopied,
        image.BlobsCopied,
        image.BlobsMounted,
        image.ManifestsPushed,
        image.ForeignLayers,
        image.Failure?.Message,
        image.Failure is { } failure ? (int)ExitCodes.Of(failure) : null);
}

internal sealed record SkippedImageDocument(string Reference, string Reason);

internal sealed record CommittedTagDocument(string Registry, string Repository, string Tag, string? PreviousDigest, string Digest);

/// <summary>The JSON of <c>plan --output json</c>.</summary>
internal sealed record PlanDocument(string Kind, bool HasWork, long Bytes, IReadOnlyList<PlannedImageDocument> Images, IReadOnlyList<SkippedImageDocument> Skipped)
{
    public static PlanDocument Of(PromotionPlan plan) => new(
        "PromotionPlan",
        plan.HasWork,
        plan.Bytes,
        [.. plan.Images.Select(PlannedImageDocument.Of)],
        [.. plan.Skipped.Select(s => new SkippedImageDocument(s.Reference, s.Reason))]);
}

internal sealed record PlannedImageDocument(
    string Target, string Source, string State, string? Digest, string? PreviousDigest, int MissingBlobs, long MissingBytes, int MissingManifests, int ForeignLayers, string? Error, int? ErrorExitCode)
{
    public static PlannedImageDocument Of(PlannedImage image) => new(
        image.Request.Target.ToString(),
        image.Request.Source.ToString(),
        JsonText.Camel(image.State),
        image.Digest?.ToString(),
        image.PreviousDigest?.ToString(),
        image.Copy?.MissingBlobs.Count ?? 0,
        image.Copy?.MissingBytes ?? 0,
        image.Copy?.MissingManifests.Count ?? 0,
        image.Copy?.Closure.ForeignLayers.Count ?? 0,
        image.Failure?.Message,
        image.Failure is { } failure ? (int)ExitCodes.Of(failure) : null);
}

/// <summary>The JSON of <c>rollback --output json</c>.</summary>
internal sealed record RollbackDocument(string Kind, IReadOnlyList<RolledBackTagDocument> Tags)
{
    public static RollbackDocument Of(IReadOnlyList<RolledBackTag> tags) => new(
        "Rollback",
        [.. tags.Select(t => new RolledBackTagDocument(t.Tag.Registry, t.Tag.Repository, t.Tag.Tag.ToString(), JsonText.Camel(t.Outcome), t.Tag.Previous?.ToString(), t.Failure?.Message))]);
}

internal sealed record RolledBackTagDocument(string Registry, string Repository, string Tag, string Outcome, string? Digest, string? Error);

/// <summary>The JSON of a command that failed before it had a result.</summary>
internal sealed record ErrorDocument(string Kind, int ExitCode, string Error)
{
    public const string KindName = "Error";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ReportDocument))]
[JsonSerializable(typeof(PlanDocument))]
[JsonSerializable(typeof(RollbackDocument))]
[JsonSerializable(typeof(DoctorDocument))]
[JsonSerializable(typeof(IndexDocument))]
[JsonSerializable(typeof(ImagesDocument))]
[JsonSerializable(typeof(ErrorDocument))]
internal sealed partial class OutputJson : JsonSerializerContext;
