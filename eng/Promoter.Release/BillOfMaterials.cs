using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Promoter.Release;

/// <summary>
/// What a program's layer is made of, as CycloneDX 1.6: read from the <c>deps.json</c> that the layer itself holds, so it lists what ships and nothing else.
/// The base image's packages are the base image's to list.
/// </summary>
internal static class BillOfMaterials
{
    public const string MediaType = "application/vnd.cyclonedx+json";
    private const string RuntimePack = "runtimepack.";

    /// <summary>Composes the document; the same input gives the same bytes.</summary>
    /// <param name="build">What was built.</param>
    /// <param name="dependencies">The layer's deps.json.</param>
    public static byte[] Compose(Build build, byte[] dependencies)
    {
        var document = JsonNode.Parse(dependencies)!;
        var libraries = document["libraries"]!.AsObject().Where(l => !IsOurs(l.Value!)).OrderBy(l => l.Key, StringComparer.Ordinal).ToList();
        var references = libraries.ToDictionary(l => l.Key, l => PackageUrl(l.Key), StringComparer.Ordinal);
        var root = $"pkg:generic/{build.Program}@{build.Version}";

        var bill = new JsonObject
        {
            ["bomFormat"] = "CycloneDX",
            ["specVersion"] = "1.6",
            ["serialNumber"] = SerialNumber(build, dependencies),
            ["version"] = 1,
            ["metadata"] = new JsonObject
            {
                ["timestamp"] = build.CreatedText,
                ["component"] = new JsonObject
                {
                    ["type"] = "application",
                    ["bom-ref"] = root,
                    ["name"] = build.Program,
                    ["version"] = build.Version,
                    ["licenses"] = Licence("Apache-2.0"),
                    ["purl"] = root,
                },
                ["properties"] = new JsonArray(new JsonObject { ["name"] = "promoter:revision", ["value"] = build.Revision }),
            },
            ["components"] = new JsonArray([.. libraries.Select(l => Component(l.Key, l.Value!))]),
            ["dependencies"] = Graph(document, root, references),
        };
        return Encoding.UTF8.GetBytes(bill.ToJsonString(new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) + "\n");
    }

    private static JsonObject Component(string key, JsonNode library)
    {
        var (name, version) = Split(key);
        var component = new JsonObject { ["type"] = "library", ["bom-ref"] = PackageUrl(key), ["name"] = name, ["version"] = version };
        if ((string?)library["sha512"] is { Length: > 0 } hash)
        {
            var hex = Convert.ToHexStringLower(Convert.FromBase64String(hash[(hash.IndexOf('-') + 1)..]));
            component["hashes"] = new JsonArray(new JsonObject { ["alg"] = "SHA-512", ["content"] = hex });
        }

        if (PackageLicences.Find(name, version) is { } licence) component["licenses"] = Licence(licence);
        component["purl"] = PackageUrl(key);
        return component;
    }

    // Which package needs which, with what is our own folded into the program.
    private static JsonArray Graph(JsonNode document, string root, Dictionary<string, string> references)
    {
        var target = document["targets"]!.AsObject().Single(t => t.Value!.AsObject().Count > 0).Value!.AsObject();
        var byName = references.ToDictionary(r => r.Key.Split('/')[0], r => r.Value, StringComparer.OrdinalIgnoreCase);
        var own = new SortedSet<string>(StringComparer.Ordinal);
        var graph = new JsonArray();
        foreach (var (key, node) in target.OrderBy(t => t.Key, StringComparer.Ordinal))
        {
            var needed = (node!["dependencies"]?.AsObject() ?? []).Select(d => byName.GetValueOrDefault(d.Key)).OfType<string>().Order(StringComparer.Ordinal).ToList();
            if (references.TryGetValue(key, out var reference)) graph.Add(Dependency(reference, needed));
            else own.UnionWith(needed);
        }

        graph.Insert(0, Dependency(root, own));
        return graph;
    }

    private static JsonObject Dependency(string reference, IEnumerable<string> needed) =>
        new() { ["ref"] = reference, ["dependsOn"] = new JsonArray([.. needed.Select(n => JsonValue.Create(n))]) };

    private static JsonArray Licence(string expression) => expression.Contains(' ')
        ? new JsonArray(new JsonObject { ["expression"] = expression })
        : new JsonArray(new JsonObject { ["license"] = new JsonObject { ["id"] = expression } });

    private static bool IsOurs(JsonNode library) => (string?)library["type"] == "project";

    private static string PackageUrl(string key)
    {
        var (name, version) = Split(key);
        return $"pkg:nuget/{name}@{version}";
    }

    private static (string Name, string Version) Split(string key)
    {
        var name = key.StartsWith(RuntimePack, StringComparison.Ordinal) ? key[RuntimePack.Length..] : key;
        var slash = name.IndexOf('/');
        return (name[..slash], name[(slash + 1)..]);
    }

    // A UUID of the content: random ones would give every build another digest.
    private static string SerialNumber(Build build, byte[] dependencies)
    {
        var hash = SHA256.HashData([.. Encoding.UTF8.GetBytes($"{build.Program} {build.Version} {build.Revision}\n"), .. dependencies]).AsSpan(0, 16).ToArray();
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return $"urn:uuid:{new Guid(hash, bigEndian: true)}";
    }
}
