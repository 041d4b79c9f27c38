using Promoter.Promotion;
using Spectre.Console;

namespace Promoter.Job.Output;

/// <summary>The report as a table, for a terminal.</summary>
internal static class ReportTable
{
    public static void Write(PromotionReport report, IAnsiConsole console)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("Image", "Outcome", "Digest", "Copied", "Mounted");
        foreach (var image in report.Images)
        {
            var colour = image.Outcome is ImageOutcome.Failed or ImageOutcome.NotCommitted ? "red" : "green";
            table.AddRow(
                Markup.Escape(image.Request.Target.WithDigest(null).ToString()),
                $"[{colour}]{image.Outcome}[/]",
                image.Digest?.Short ?? "",
                ByteSize.Format(image.BytesCopied),
                image.BlobsMounted.ToString());
        }

        foreach (var skipped in report.Skipped) table.AddRow(Markup.Escape(skipped.Reference), "[grey]skipped[/]", "", "", "");
        console.Write(table);
        foreach (var image in report.Images.Where(i => i.Failure is not null)) console.MarkupLineInterpolated($"[red]{image.Failure!.Message}[/]");
        console.WriteLine(TextReport.Summary(report));
    }
}
