using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Promoter.Job.Tests;

/// <summary>A folder for an OCI layout, and a reader of layouts that shares nothing with the engine.</summary>
internal sealed class LayoutOnDisk : IDisposable
{
    private readonly DirectoryInfo _parent = Directory.CreateTempSubdirectory("promoter-layout-");

    public string Folder => Path.Combine(_parent.FullName, "images");

    public string Parent => _parent.FullName;

    public JsonArray Entries => JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, "index.json")))!["manifests"]!.AsArray();

    public string Reference(string suffix = "") => "oci:" + Folder + suffix;

    public string BlobFile(string digest) => Path.Combine(Folder, "blobs", digest.Split(':')[0], digest.Split(':')[1]);

    public string? DigestOf(string tag) => (string?)Entries.SingleOrDefault(e => NameOf(e) == tag)?["digest"];

    public static string? NameOf(JsonNode? entry) => (string?)entry?["annotations"]?["org.opencontainers.image.ref.name"];

    /// <summary>Replaces index.json.</summary>
    public void Rewrite(Action<JsonObject> change)
    {
        var file = Path.Combine(Folder, "index.json");
        var index = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
        change(index);
        File.WriteAllText(file, index.ToJsonString());
    }

    /// <summary>Everything that is wrong with the layout: files without the digest of their name, and content that is named and not there.</summary>
    public IReadOnlyList<string> FindProblems()
    {
        var problems = new List<string>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Folder, "blobs", "sha256")))
        {
            if (Path.GetFileName(file) != Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)))) problems.Add($"{file} does not have its digest");
        }

        problems.AddRange(Directory.EnumerateFiles(Folder).Select(f => Path.GetFileName(f)).Where(f => f is not ("oci-layout" or "index.json")).Select(f => $"{f} was left behind"));
        foreach (var entry in Entries) Check(entry!, problems);
        return problems;
    }

    public void Dispose() => _parent.Delete(recursive: true);

    private void Check(JsonNode descriptor, List<string> problems)
    {
        var digest = (string)descriptor["digest"]!;
        if (descriptor["urls"] is not null) return;
        if (!File.Exists(BlobFile(digest)))
        {
            problems.Add($"{digest} is missing");
            return;
        }

        if (new FileInfo(BlobFile(digest)).Length != (long)descriptor["size"]!) problems.Add($"{digest} has another size");
        if ((string?)descriptor["mediaType"] is not { } type || !(type.Contains(".manifest.", StringComparison.Ordinal) || type.Contains(".image.index.", StringComparison.Ordinal))) return;
        var json = JsonNode.Parse(File.ReadAllBytes(BlobFile(digest))) as JsonObject;
        foreach (var child in (json?["manifests"] as JsonArray ?? []).Concat(json?["layers"] as JsonArray ?? []).Append(json?["config"] as JsonObject).OfType<JsonNode>())
        {
            if (child["digest"] is not null) Check(child, problems);
        }
    }
}
