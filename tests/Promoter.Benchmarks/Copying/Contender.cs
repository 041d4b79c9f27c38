using Promoter.Interop.Tests.Tools;

namespace Promoter.Benchmarks.Copying;

/// <summary>A tool that copies images, and the command lines by which its users would copy these.</summary>
/// <param name="Name">As it stands in the report.</param>
/// <param name="Program">Full path.</param>
/// <param name="Commands">The command lines for some images from a source host to a target host, one after the other.</param>
internal sealed record Contender(string Name, string Program, Func<IReadOnlyList<BenchmarkImage>, string, string, IEnumerable<string[]>> Commands)
{
    public string[] VersionArguments { get; init; } = ["--version"];

    /// <summary>The promoter, then skopeo, then every other peer that is installed.</summary>
    public static IReadOnlyList<Contender> Find(string promoter)
    {
        List<Contender> contenders =
        [
            new("promoter", promoter, PromoterCommands),
            new("skopeo", Toolbox.Require("skopeo"), OneByOne((source, target) =>
                ["copy", "--all", "--preserve-digests", "--quiet", "--src-tls-verify=false", "--dest-tls-verify=false", $"docker://{source}", $"docker://{target}"])),
        ];
        AddIfInstalled("crane", ["version"], OneByOne((source, target) => ["copy", "--insecure", source, target]));
        AddIfInstalled("regctl", ["version"], RegctlCommands);
        AddIfInstalled("oras", ["version"], OneByOne((source, target) => ["cp", "--recursive", "--from-plain-http", "--to-plain-http", source, target]));
        return contenders;

        void AddIfInstalled(string name, string[] version, Func<IReadOnlyList<BenchmarkImage>, string, string, IEnumerable<string[]>> commands)
        {
            if (Toolbox.Find(name) is { } path)
            {
                contenders.Add(new Contender(name, path, commands) { VersionArguments = version });
            }
        }
    }

    private static IEnumerable<string[]> PromoterCommands(IReadOnlyList<BenchmarkImage> images, string source, string target) => images is [var image]
        ? [["copy", image.At(source), image.At(target)]]
        : [["promote", "--from", source, "--to", target, .. images.Select(one => one.At(target))]];

    private static IEnumerable<string[]> RegctlCommands(IReadOnlyList<BenchmarkImage> images, string source, string target) =>
        images.Select(image => new[] { "--host", $"reg={source},tls=disabled", "--host", $"reg={target},tls=disabled", "image", "copy", image.At(source), image.At(target) });

    /// <summary>The other tools take one image at a time.</summary>
    private static Func<IReadOnlyList<BenchmarkImage>, string, string, IEnumerable<string[]>> OneByOne(Func<string, string, string[]> command) =>
        (images, source, target) => images.Select(image => command(image.At(source), image.At(target)));
}
