using System.Text.Json.Nodes;

namespace Promoter.Interop.Tests.Gitops;

/// <summary>What a test asks of a rendered hook Job.</summary>
public sealed class HookJob(JsonObject job)
{
    public JsonObject Json => job;

    public string Name => (string)job["metadata"]!["name"]!;

    public JsonNode Spec => job["spec"]!;

    public JsonNode PodSpec => Spec["template"]!["spec"]!;

    public JsonNode Container => Assert.Single(PodSpec["containers"]!.AsArray())!;

    public IReadOnlyList<string> Arguments => [.. Container["args"]!.AsArray().Select(a => (string)a!)];

    /// <summary>The images of either form: on the command line, or in variables that the command line asks for.</summary>
    public IReadOnlyList<string> Images => Arguments.Contains("--images-from-env")
        ? [.. Container["env"]!.AsArray().Where(e => ((string)e!["name"]!).StartsWith("PROMOTE_IMAGE_", StringComparison.Ordinal)).Select(e => (string)e!["value"]!)]
        : [.. Arguments.Skip(1).TakeWhile(a => !a.StartsWith('-'))];

    public string? Annotation(string name) => (string?)job["metadata"]!["annotations"]?[name];

    public string? Variable(string name) => (string?)Container["env"]!.AsArray().SingleOrDefault(e => (string)e!["name"]! == name)?["value"];
}
