using System.CommandLine;
using System.Text.Json;
using Promoter.Job.Output;
using Promoter.Oci;
using Promoter.Promotion;

namespace Promoter.Job.Commands;

/// <summary><c>promoter index create TARGET SOURCE...</c>: joins images of one platform each to a multi-platform image.</summary>
internal static class IndexCommand
{
    private static readonly Argument<string> Target = new("TARGET") { Description = "The multi-platform image: registry/repository:tag." };
    private static readonly Argument<string[]> Sources = new("SOURCE") { Description = "Images of one platform each, in any repository: registry/repository:tag-amd64 ...", Arity = ArgumentArity.OneOrMore };

    public static Command Create()
    {
        var create = new Command("create", "Join images of one platform each to a multi-platform image, without a daemon.") { Target, Sources, RunOptions.MoveTags, RunOptions.DryRun };
        create.SetAction((parse, ct) => CommandEdge.RunAsync(parse, RunAsync, ct));
        return new Command("index", "Make multi-platform images.") { create };
    }

    private static async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var parse = context.Parse;
        var target = References.Parse(parse.GetRequiredValue(Target), "TARGET");
        if (target.Digest is not null) throw new PromotionException(ExitCode.Usage, "TARGET has a digest, which only the finished index can have: give registry/repository:tag");
        var sources = parse.GetRequiredValue(Sources).Select(s => References.Parse(s, "SOURCE")).ToList();

        using var services = new JobServices(context.Config, context.Loggers);
        var assembly = new IndexAssembly(services.Registries);
        var entries = await assembly.ReadAsync(sources, cancellationToken);
        var index = ImageIndex.Assemble([.. entries.Select(e => e.Manifest)]);
        if (parse.GetValue(RunOptions.DryRun))
        {
            Print(context, new IndexDocument(target, "planned", index, entries));
            return ExitCode.Done;
        }

        var copies = IndexAssembly.Copies(entries, target);
        if (copies.Count > 0 && await CopyAsync(context, services, copies, cancellationToken) is { ExitCode: not ExitCode.Done } failed)
        {
            throw new PromotionException(failed.ExitCode, string.Join(Environment.NewLine, failed.Images.Select(i => i.Failure?.Message).OfType<string>()));
        }

        var created = await assembly.CommitAsync(index, target, parse.GetValue(RunOptions.MoveTags), cancellationToken);
        Print(context, new IndexDocument(target, created ? "created" : "upToDate", index, entries));
        return ExitCode.Done;
    }

    private static async Task<PromotionReport> CopyAsync(CommandContext context, JobServices services, IReadOnlyList<PromotionRequest> requests, CancellationToken cancellationToken)
    {
        var plan = await new PromotionPlanner(services.Registries).PlanAsync(requests, [], cancellationToken);
        var options = new PromotionOptions { Parallelism = context.Config.Transfer.Parallelism };
        var view = context.Progress();
        var executor = new PromotionExecutor(services.Registries, services.ClientOptions, options, view, TimeProvider.System, context.Loggers);
        return await view.ShowAsync([.. plan.Images.Select(i => i.Copy).OfType<Copying.ImageCopy>()], () => executor.ExecuteAsync(plan, cancellationToken));
    }

    private static void Print(CommandContext context, IndexDocument document)
    {
        if (context.WantsJson)
        {
            context.Output.WriteLine(JsonSerializer.Serialize(document, JsonText.Context.IndexDocument));
            return;
        }

        foreach (var manifest in document.Manifests) context.Output.WriteLine($"  {manifest.Platform,-14} {manifest.Digest} from {manifest.Source}");
        context.Output.WriteLine($"{document.Target}@{document.Digest}: {(document.Outcome == "upToDate" ? "up to date" : document.Outcome)}, {Count.Of(document.Manifests.Count, "manifest")}");
    }
}
