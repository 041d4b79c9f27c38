using System.CommandLine;
using Promoter.Discovery;
using Promoter.Job.Hook;
using Promoter.Job.Output;
using Promoter.Promotion;
using Promoter.Promotion.Configuration;
using Promoter.Yaml;

namespace Promoter.Job.Commands;

/// <summary><c>promoter generate kustomize DIR</c>: writes what an overlay needs to promote its images, and checks that it does.</summary>
internal static class GenerateCommand
{
    private static readonly Argument<string> Overlay = new("DIR") { Description = "The overlay of the environment that is promoted to." };
    private static readonly Option<string> From = new("--from") { HelpName = "REGISTRY", Description = "The source registry, optionally with a repository prefix.", Required = true };
    private static readonly Option<string> To = new("--to") { HelpName = "REGISTRY", Description = "The target registry, optionally with a repository prefix.", Required = true };
    private static readonly Option<string> PromoterImage = new("--promoter-image") { HelpName = "IMAGE", Description = "promoter's own image, for the Job.", Required = true };
    private static readonly Option<string?> ServiceAccount = new("--service-account") { HelpName = "NAME", Description = "Service account of the Job; it has to exist before the sync. Default: promoter." };

    public static Command Create()
    {
        var kustomize = new Command("kustomize", "Let an overlay promote its images: by its images: where it has such entries, else by a ReplacementTransformer.") { Overlay, From, To, PromoterImage, ServiceAccount };
        kustomize.SetAction((parse, ct) => CommandEdge.RunAsync(parse, RunAsync, ct));
        return new Command("generate", "Write what other tools need to promote images.") { kustomize };
    }

    private static async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var directory = context.Parse.GetRequiredValue(Overlay);
        var settings = Settings(context.Parse);
        var path = KustomizeFiles.KustomizationOf(directory);
        var text = await File.ReadAllTextAsync(path, cancellationToken);
        var kustomization = YamlReader.Read(path, text).FirstOrDefault()?.Root as YamlMapping ?? throw new PromotionException(ExitCode.Usage, $"{path} is empty or no map");

        var before = await HookInput.OfKustomizationAsync(directory, cancellationToken);
        var selection = Select(before, settings, out var covered);
        if (selection.ExitCode != ExitCode.Done) throw new PromotionException(selection.ExitCode, string.Join(Environment.NewLine, selection.Messages.Where(m => m.Severity == Severity.Error)));
        if (covered.Count == 0) throw new PromotionException(ExitCode.Usage, $"{directory} deploys no image of {settings.To}: is it the overlay of the target environment?");

        var files = KustomizeFiles.Of(settings, KustomizePlan.Of(kustomization, before.Objects, covered, settings.Name));
        foreach (var (name, content) in files) await WriteAsync(context, Path.Combine(directory, name), content, cancellationToken);
        await WriteAsync(context, path, KustomizeFiles.Include(text, kustomization, files.ContainsKey(KustomizeFiles.Transformer)), cancellationToken);

        var after = await HookInput.OfKustomizationAsync(directory, cancellationToken);
        var missing = HookCheck.Of(after.Objects, Select(after, settings, out _)).Where(m => m.Severity == Severity.Error).ToList();
        if (missing.Count > 0) throw new PromotionException(ExitCode.Refused, $"the files are written, and the overlay still does not promote all:{Environment.NewLine}{string.Join(Environment.NewLine, missing)}");
        await context.Output.WriteLineAsync($"{directory} promotes {Count.Of(selection.Images.Count, "image")} from {settings.From} to {settings.To}");
        return ExitCode.Done;
    }

    private static HookSelection Select(HookInput input, HookSettings settings, out IReadOnlyList<ImageFinding> covered)
    {
        var rules = settings.Rules();
        var hooks = HookJobs.All(input.Objects).Select(h => h.Id).ToHashSet();
        var found = input.Find(DiscoveryOptions.Default);
        covered = [.. found.Findings.Where(f => !hooks.Contains(ManifestId.Of(f.Location)) && rules.Match(f.Reference) is RuleMatch.Covered).DistinctBy(f => f.Reference)];
        return HookSelection.Of(found, rules, hooks.Contains);
    }

    private static async Task WriteAsync(CommandContext context, string path, string content, CancellationToken cancellationToken)
    {
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (File.Exists(path) && await File.ReadAllTextAsync(path, cancellationToken) == content) return;
        await File.WriteAllTextAsync(path, content, cancellationToken);
        await context.Output.WriteLineAsync($"wrote {path}");
    }

    private static HookSettings Settings(ParseResult parse)
    {
        try
        {
            var settings = new HookSettings
            {
                From = RegistryPrefix.Parse(parse.GetRequiredValue(From)),
                To = RegistryPrefix.Parse(parse.GetRequiredValue(To)),
                Image = parse.GetRequiredValue(PromoterImage),
            };
            return parse.GetValue(ServiceAccount) is { } account ? settings with { ServiceAccountName = account } : settings;
        }
        catch (FormatException e)
        {
            throw new PromotionException(ExitCode.Usage, e.Message, e);
        }
    }
}
