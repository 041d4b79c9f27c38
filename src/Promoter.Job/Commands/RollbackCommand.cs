using System.CommandLine;
using System.Text.Json;
using Promoter.Copying;
using Promoter.Job.Output;
using Promoter.Oci;
using Promoter.Promotion;

namespace Promoter.Job.Commands;

/// <summary><c>promoter rollback REPORT</c>: points the tags of a run back to where they pointed before it.</summary>
internal static class RollbackCommand
{
    private static readonly Argument<FileInfo> Report = new("REPORT") { Description = "The JSON report of a promote or copy: what --report-file wrote, or --output json printed." };

    public static Command Create()
    {
        var command = new Command("rollback", "Point the tags that a run moved back to where they pointed before, where they may move.") { Report };
        command.SetAction((parse, ct) => CommandEdge.RunAsync(parse, RunAsync, ct));
        return command;
    }

    private static async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var journal = Read(context.Parse.GetRequiredValue(Report));
        using var services = new JobServices(context.Config, context.Loggers);
        var tags = await new Rollback(services.Registries).ExecuteAsync(journal, cancellationToken);
        if (context.WantsJson) await context.Output.WriteLineAsync(JsonSerializer.Serialize(RollbackDocument.Of(tags), JsonText.Context.RollbackDocument));
        else foreach (var tag in tags) await context.Output.WriteLineAsync(Line(tag));
        return tags.Any(t => t.Outcome == RollbackOutcome.MovedSince) ? ExitCode.TagConflict : ExitCodes.OfAll(tags.Select(t => t.Failure).OfType<Exception>());
    }

    private static string Line(RolledBackTag tag) => $"{tag.Tag.Registry}/{tag.Tag.Repository}:{tag.Tag.Tag} " + tag.Outcome switch
    {
        RollbackOutcome.Restored => $"points to {tag.Tag.Previous} again",
        RollbackOutcome.AlreadyRestored => $"already points to {tag.Tag.Previous}",
        RollbackOutcome.WasNew => "was made by that run and is left as it is: nothing is ever deleted",
        RollbackOutcome.MovedSince => "has been moved by someone else since, and is left alone",
        _ => $"failed: {tag.Failure!.Message}",
    };

    private static IReadOnlyList<CommittedTag> Read(FileInfo file)
    {
        try
        {
            using var stream = file.OpenRead();
            var report = JsonSerializer.Deserialize(stream, JsonText.Context.ReportDocument);
            if (report is not { Kind: ReportDocument.KindName, Tags: { } tags }) throw new PromotionException(ExitCode.Usage, $"{file} is not a report of promote or copy (--output json)");
            return [.. tags.Select(t => new CommittedTag(t.Registry, t.Repository, Tag.Parse(t.Tag), t.PreviousDigest is { } p ? Digest.Parse(p) : null, Digest.Parse(t.Digest)))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or FormatException)
        {
            throw new PromotionException(ExitCode.Usage, $"the report {file} cannot be read: {e.Message}", e);
        }
    }
}
