using System.CommandLine;
using Promoter.Discovery;
using Promoter.Discovery.Sources;
using Promoter.Oci;
using Promoter.Promotion;

namespace Promoter.Job.Commands;

/// <summary>Flags that name manifests, or what renders them, and select among their objects; and the images that those name.</summary>
internal static class ManifestInputs
{
    private const string StandardInput = "-";

    private static readonly Option<string[]> Files = new("--file", "-f") { HelpName = "FILE|DIR|-", Description = "Manifests: a YAML or JSON file, a directory of them, or - for standard input. May be repeated." };
    private static readonly Option<string?> Kustomization = new("--kustomize", "-k") { HelpName = "DIR", Description = "An overlay to build (kustomize build, else kubectl kustomize)." };
    private static readonly Option<string?> GitDiff = new("--git-diff") { HelpName = "BASE..HEAD", Description = "Only the images that change between two revisions of the overlay given with -k: BASE..HEAD." };
    private static readonly Option<string?> HelmChart = new("--helm-chart") { HelpName = "CHART", Description = "A chart to render (helm template)." };
    private static readonly Option<string[]> HelmValues = new("--values") { HelpName = "FILE", Description = "Values files for --helm-chart. May be repeated." };
    private static readonly Option<string?> Labels = new("--selector", "-l") { HelpName = "LABELS", Description = "Only objects with these labels (kubectl's syntax)." };
    private static readonly Option<string[]> Namespaces = new("--namespace", "-n") { HelpName = "NAME", Description = "Only objects of this namespace, or without one. May be repeated." };
    private static readonly Option<string[]> Kinds = new("--kind") { HelpName = "KIND", Description = "Only objects of this kind, for example Deployment or Rollout.argoproj.io. May be repeated." };
    private static readonly Option<string[]> Globs = new("--image") { HelpName = "GLOB", Description = "Only images whose name matches this glob. May be repeated." };
    private static readonly Option<string[]> Fields = new("--field") { HelpName = "GROUP/KIND/PATH", Description = "A further field that holds an image: GROUP/KIND/PATH in Kustomize's path syntax. May be repeated." };

    public static void AddTo(Command command)
    {
        foreach (var option in (Option[])[Files, Kustomization, GitDiff, HelmChart, HelmValues, Labels, Namespaces, Kinds, Globs, Fields]) command.Options.Add(option);
    }

    /// <summary>Whether only what changes is asked for, which may be nothing.</summary>
    public static bool MayBeEmpty(ParseResult parse) => parse.GetValue(GitDiff) is not null;

    /// <summary>Everything that the named manifests say about images; null where none are named.</summary>
    /// <exception cref="PromotionException">Flags do not go together, or an image field is malformed.</exception>
    /// <exception cref="ManifestException">Manifests cannot be read or rendered.</exception>
    public static async Task<DiscoveryResult?> ReadAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        var options = OptionsOf(parse);
        var result = parse.GetValue(GitDiff) is { } range ? await ChangesAsync(parse, range, options, cancellationToken) : await AllAsync(parse, options, cancellationToken);
        return result is null || result.Problems.Count == 0
            ? result
            : throw new PromotionException(ExitCode.Usage, string.Join(Environment.NewLine, result.Problems) + Environment.NewLine + "nothing was promoted: correct the manifests first");
    }

    private static async Task<DiscoveryResult?> AllAsync(ParseResult parse, DiscoveryOptions options, CancellationToken cancellationToken)
    {
        var sources = SourcesOf(parse);
        if (sources.Count == 0) return null;
        var documents = new List<ManifestDocument>();
        foreach (var source in sources) documents.AddRange(await source.ReadAsync(cancellationToken));
        return ImageDiscovery.Find(documents, options);
    }

    private static async Task<DiscoveryResult> ChangesAsync(ParseResult parse, string range, DiscoveryOptions options, CancellationToken cancellationToken)
    {
        if (parse.GetValue(Kustomization) is not { } overlay) throw new PromotionException(ExitCode.Usage, "--git-diff compares two revisions of an overlay: name it with -k DIR");
        try
        {
            var (before, after) = await new Discovery.Sources.GitDiff(RevisionRange.Parse(range), overlay).ReadAsync(cancellationToken);
            return Discovery.Sources.GitDiff.Changes(ImageDiscovery.Find(before, options), ImageDiscovery.Find(after, options));
        }
        catch (FormatException e)
        {
            throw new PromotionException(ExitCode.Usage, $"--git-diff: {e.Message}", e);
        }
    }

    private static List<IManifestSource> SourcesOf(ParseResult parse)
    {
        var sources = (parse.GetValue(Files) ?? [])
            .Select(path => path == StandardInput ? (IManifestSource)new StreamSource(StandardInput, Console.OpenStandardInput()) : new FileSource(path)).ToList();
        if (parse.GetValue(Kustomization) is { } overlay) sources.Add(new KustomizeSource(overlay));
        var values = parse.GetValue(HelmValues) ?? [];
        if (parse.GetValue(HelmChart) is { } chart) sources.Add(new HelmSource(chart, values));
        else if (values.Length > 0) throw new PromotionException(ExitCode.Usage, "--values goes with --helm-chart");
        return sources;
    }

    private static DiscoveryOptions OptionsOf(ParseResult parse)
    {
        try
        {
            return new DiscoveryOptions
            {
                Fields = [.. (parse.GetValue(Fields) ?? []).Select(FieldSpec.Parse)],
                Selection = new DiscoverySelection
                {
                    Labels = LabelSelector.Parse(parse.GetValue(Labels) ?? ""),
                    Namespaces = parse.GetValue(Namespaces) ?? [],
                    Kinds = parse.GetValue(Kinds) ?? [],
                    Images = [.. (parse.GetValue(Globs) ?? []).Select(Glob.ParseName)],
                },
            };
        }
        catch (FormatException e)
        {
            throw new PromotionException(ExitCode.Usage, e.Message, e);
        }
    }
}
