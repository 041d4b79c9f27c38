using System.CommandLine;
using Promoter.Discovery;
using Promoter.Oci;
using Promoter.Promotion;

namespace Promoter.Job.Commands;

/// <summary>Flags that name manifests and select among their objects, and the images that those name.</summary>
internal static class ManifestInputs
{
    private const string StandardInput = "-";
    private static readonly string[] Extensions = [".yaml", ".yml", ".json"];

    private static readonly Option<string[]> Files = new("--file", "-f") { Description = "Manifests: a YAML or JSON file, a directory of them, or - for standard input. May be repeated." };
    private static readonly Option<string?> Labels = new("--selector", "-l") { Description = "Only objects with these labels (kubectl's syntax)." };
    private static readonly Option<string[]> Namespaces = new("--namespace", "-n") { Description = "Only objects of this namespace, or without one. May be repeated." };
    private static readonly Option<string[]> Kinds = new("--kind") { Description = "Only objects of this kind, for example Deployment or Rollout.argoproj.io. May be repeated." };
    private static readonly Option<string[]> Globs = new("--image") { Description = "Only images whose repository matches this glob. May be repeated." };
    private static readonly Option<string[]> Fields = new("--field") { Description = "A further field that holds an image: GROUP/KIND/PATH in Kustomize's path syntax. May be repeated." };

    public static void AddTo(Command command)
    {
        foreach (var option in (Option[])[Files, Labels, Namespaces, Kinds, Globs, Fields]) command.Options.Add(option);
    }

    /// <summary>Everything that the named manifests say about images; null where none are named.</summary>
    /// <exception cref="PromotionException">A file is not there, or an image field is malformed.</exception>
    /// <exception cref="ManifestException">A file cannot be read as manifests.</exception>
    public static DiscoveryResult? Read(ParseResult parse)
    {
        var files = parse.GetValue(Files) ?? [];
        if (files.Length == 0) return null;
        var result = ImageDiscovery.Find(files.SelectMany(Documents), OptionsOf(parse));
        return result.Problems.Count == 0
            ? result
            : throw new PromotionException(ExitCode.Usage, string.Join(Environment.NewLine, result.Problems) + Environment.NewLine + "nothing was promoted: correct the manifests first");
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
                    Images = [.. (parse.GetValue(Globs) ?? []).Select(Glob.Parse)],
                },
            };
        }
        catch (FormatException e)
        {
            throw new PromotionException(ExitCode.Usage, e.Message, e);
        }
    }

    private static IEnumerable<ManifestDocument> Documents(string path)
    {
        if (path == StandardInput)
        {
            using var input = Console.OpenStandardInput();
            return ManifestStream.Read(StandardInput, input);
        }

        try
        {
            return Directory.Exists(path) ? [.. FilesOf(path).SelectMany(ReadFile)] : ReadFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PromotionException(ExitCode.Usage, $"cannot read the manifests {path}: {e.Message}", e);
        }
    }

    private static IEnumerable<string> FilesOf(string directory) =>
        Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Where(f => Extensions.Contains(Path.GetExtension(f), StringComparer.OrdinalIgnoreCase)).Order(StringComparer.Ordinal);

    private static IReadOnlyList<ManifestDocument> ReadFile(string path)
    {
        using var stream = File.OpenRead(path);
        return ManifestStream.Read(path, stream);
    }
}
