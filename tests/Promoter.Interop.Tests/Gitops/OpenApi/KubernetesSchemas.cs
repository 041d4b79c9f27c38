using System.Text.Json.Nodes;
using Promoter.Interop.Tests.Tools;

namespace Promoter.Interop.Tests.Gitops.OpenApi;

/// <summary>
/// The OpenAPI v3 documents of a kube-apiserver 1.34.9, cut down to the kinds that the charts render. Validation is as strict as
/// <c>kubectl apply --validate=strict</c>: an unknown field is an error.
/// </summary>
public sealed class KubernetesSchemas
{
    private static readonly Lazy<KubernetesSchemas> Recorded = new(
        () => new KubernetesSchemas(Path.Combine(Toolbox.RepositoryRoot, "tests", "Promoter.Interop.Tests", "Fixtures", "openapi")));

    private readonly Dictionary<(string ApiVersion, string Kind), SchemaDocument.Schema> _kinds = [];

    private KubernetesSchemas(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*.json"))
        {
            var document = new SchemaDocument(JsonNode.Parse(File.ReadAllText(file))!);
            foreach (var (apiVersion, kind, schema) in document.Kinds()) _kinds[(apiVersion, kind)] = schema;
        }
    }

    public static KubernetesSchemas V1_34 => Recorded.Value;

    public bool Knows(string apiVersion, string kind) => _kinds.ContainsKey((apiVersion, kind));

    /// <summary>What is wrong with the object, one line each with the place; empty where it is valid.</summary>
    public IReadOnlyList<string> Violations(JsonObject manifest)
    {
        var (apiVersion, kind) = ((string?)manifest["apiVersion"] ?? "", (string?)manifest["kind"] ?? "");
        if (!_kinds.TryGetValue((apiVersion, kind), out var schema)) return [$"there is no schema for {apiVersion} {kind}"];
        var violations = new List<string>();
        schema.Check(manifest, kind, violations);
        return violations;
    }
}
