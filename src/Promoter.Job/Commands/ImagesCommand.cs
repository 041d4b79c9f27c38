using System.CommandLine;
using System.Text.Json;
using Promoter.Discovery;
using Promoter.Job.Output;
using Promoter.Promotion;

namespace Promoter.Job.Commands;

/// <summary><c>promoter images</c>: the image references that manifests name, and where. Needs no registry.</summary>
internal static class ImagesCommand
{
    public static Command Create()
    {
        var command = new Command("images", "Print the image references found in manifests, and where they stand.");
        ManifestInputs.AddTo(command);
        command.SetAction((parse, ct) => CommandEdge.RunAsync(parse, RunAsync, ct));
        return command;
    }

    private static async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var found = await ManifestInputs.ReadAsync(context.Parse, cancellationToken) ?? throw new PromotionException(ExitCode.Usage, "no manifests are named: give files, directories or - with -f");
        if (context.WantsJson) await context.Output.WriteLineAsync(JsonSerializer.Serialize(ImagesDocument.Of(found), JsonText.Context.ImagesDocument));
        else Write(found, context.Output);
        return ExitCode.Done;
    }

    private static void Write(DiscoveryResult found, TextWriter output)
    {
        foreach (var image in found.Findings.GroupBy(f => f.Reference))
        {
            output.WriteLine(image.Key);
            foreach (var finding in image) output.WriteLine($"  {finding.Location}");
        }

        foreach (var skipped in found.Skipped)
        {
            output.WriteLine($"skipped {skipped.Text}".TrimEnd());
            output.WriteLine($"  {skipped.Location}: {skipped.Reason}");
        }

        output.WriteLine($"{Count.Of(found.Images.Count, "image")} in {Count.Of(found.Findings.Count, "place")}, {Count.Of(found.Skipped.Count, "field")} skipped");
    }
}
