using Promoter.Interop.Tests.Tools;

namespace Promoter.Benchmarks.Copying;

/// <summary>A tool that copies images, and the command lines by which its users would copy these.</summary>
/// <param name="Name">As it stands in the report.</param>
/// <param name="Program">Full path.</param>
/// <param name="Commands">The command lines for a task, to be run one after the other.</param>
internal sealed record Contender(string Name, string Program, Func<CopyTask, IEnumerable<string[]>> Commands)
{
    public string[] VersionArguments { get; init; } = ["--version"];

    /// <summary>The promoter, then skopeo, then every other peer that is installed.</summary>
    public static IReadOnlyList<Contender> Find(string promoter)
    {
        List<Contender> contenders =
        [
            new("promoter", promoter, PromoterCommands),
            // skopeo knows no reference with both tag and digest, and refuses a digest at one end alone.
            new("skopeo", Toolbox.Require("skopeo"), task => task.Images.Select(image => (string[])
                ["copy", "--all", "--preserve-digests", "--quiet", "--src-tls-verify=false", "--dest-tls-verify=false",
                    $"docker://{task.SourceOf(image)}", $"docker://{(task.ByDigest ? image.ByDigest(task.Target) : image.ByTag(task.Target))}"])),
        ];
        AddIfInstalled("crane", ["version"], task => task.Images.Select(image => (string[])["copy", "--insecure", task.SourceOf(image), image.ByTag(task.Target)]));
        AddIfInstalled("regctl", ["version"], task => task.Images.Select(image => (string[])
            ["--host", $"reg={task.Source},tls=disabled", "--host", $"reg={task.Target},tls=disabled", "image", "copy", task.SourceOf(image), image.ByTag(task.Target)]));
        AddIfInstalled("oras", ["version"], task => task.Images.Select(image => (string[])
            ["cp", "--recursive", "--from-plain-http", "--to-plain-http", task.SourceOf(image), image.ByTag(task.Target)]));
        return contenders;

        void AddIfInstalled(string name, string[] version, Func<CopyTask, IEnumerable<string[]>> commands)
        {
            if (Toolbox.Find(name) is { } path)
            {
                contenders.Add(new Contender(name, path, commands) { VersionArguments = version });
            }
        }
    }

    // All images in one run: that is what it is for. The other tools take one image at a time.
    private static IEnumerable<string[]> PromoterCommands(CopyTask task) => task.Images is [var image]
        ? [["copy", task.SourceOf(image), image.ByTag(task.Target)]]
        : [["promote", "--from", task.Source, "--to", task.Target, .. task.Images.Select(one => task.ByDigest ? one.Pinned(task.Target) : one.ByTag(task.Target))]];
}
