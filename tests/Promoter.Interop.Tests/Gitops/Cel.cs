using System.Text.Json.Nodes;
using Promoter.Interop.Tests.Tools;

namespace Promoter.Interop.Tests.Gitops;

/// <summary>An interpreter of CEL, given what the API server gives: object, oldObject, request.</summary>
internal static class Cel
{
    /// <summary>The values of expressions, in their order.</summary>
    /// <param name="variables">Those of a policy: named expressions, each visible to the ones behind it.</param>
    public static async Task<JsonArray> EvaluateAsync(JsonObject context, IEnumerable<JsonNode> variables, IEnumerable<string> expressions)
    {
        var library = Directory.GetDirectories(Path.Combine(Toolbox.RepositoryRoot, ".cache", "tools"), "cel-js-*").SingleOrDefault();
        Assert.SkipWhen(library is null, "the interpreter of CEL is not installed: run eng/install-tools.sh.");
        var input = new JsonObject
        {
            ["context"] = context.DeepClone(),
            ["variables"] = new JsonArray([.. variables.Select(variable => variable.DeepClone())]),
            ["expressions"] = new JsonArray([.. expressions.Select(expression => (JsonNode)expression)]),
        };
        var script = Path.Combine(Toolbox.RepositoryRoot, "tests", "Promoter.Interop.Tests", "Tools", "cel.mjs");
        var result = await new ExternalProgram(Toolbox.Require("node")).TryRunAsync([script, Path.Combine(library, "lib", "index.js")], input.ToJsonString());
        return JsonNode.Parse(result.EnsureSuccess().Text)!.AsArray();
    }
}
