using System.Text;
using System.Text.Json;
using Promoter.Job.Output;
using Promoter.Promotion;

namespace Promoter.Job.Results;

/// <summary>What a run came to, for those who did not watch it.</summary>
/// <param name="Summary">One sentence for a person.</param>
/// <param name="Failures">One line per image that failed, or the error that ended the run before it had a plan.</param>
/// <param name="HasChanges">Whether anything was brought to the target.</param>
internal sealed record RunResult(ExitCode ExitCode, string Summary, IReadOnlyList<string> Failures, bool HasChanges, DateTimeOffset Finished)
{
    /// <summary>Null where the run failed before it had a plan.</summary>
    public ReportDocument? Report { get; private init; }

    public static RunResult Of(PromotionReport report, DateTimeOffset finished) => new(
        report.ExitCode,
        TextReport.Summary(report),
        [.. report.Images.Where(i => i.Failure is not null).Select(i => $"{i.Request.Target.WithDigest(null)}: {i.Failure!.Message}")],
        report.Tags.Count > 0 || report.Images.Any(i => i.Outcome is ImageOutcome.Promoted or ImageOutcome.Tagged),
        finished)
    {
        Report = ReportDocument.Of(report),
    };

    public static RunResult OfFailure(ExitCode code, string message, DateTimeOffset finished) =>
        new(code, $"failed (exit code {(int)code}): {message.Trim().Split('\n')[0].TrimEnd()}", [message], HasChanges: false, finished);

    /// <summary>The JSON of <c>--output json</c>; a report that is larger loses first what needs nobody's attention, and says how much it lost.</summary>
    /// <param name="maxBytes">Of UTF-8.</param>
    public string Json(int maxBytes = int.MaxValue) => Report is null
        ? JsonSerializer.Serialize(new ErrorDocument(ErrorDocument.KindName, (int)ExitCode, Clip(Failures[0], maxBytes / 2)), JsonText.Context.ErrorDocument)
        : Shortened(Report).Select(r => JsonSerializer.Serialize(r, JsonText.Context.ReportDocument)).First(json => Encoding.UTF8.GetByteCount(json) <= maxBytes);

    private static IEnumerable<ReportDocument> Shortened(ReportDocument report)
    {
        yield return report;
        var changed = report.Images.Where(i => i.Outcome is not ("upToDate" or "otherShard")).ToList();
        yield return Reduced(report, changed, report.Tags);
        var failed = changed.Where(i => i.Error is not null).ToList();
        yield return Reduced(report, failed, report.Tags);
        for (var left = failed.Count / 2; left > 0; left /= 2) yield return Reduced(report, failed[..left], []);
        yield return Reduced(report, [], []);
    }

    private static ReportDocument Reduced(ReportDocument report, IReadOnlyList<ReportedImageDocument> images, IReadOnlyList<CommittedTagDocument> tags) =>
        report with { Images = images, Skipped = [], Tags = tags, Omitted = report.Images.Count - images.Count + report.Skipped.Count + report.Tags.Count - tags.Count };

    private static string Clip(string text, int length) => text.Length <= length ? text : text[..length] + "…";
}
