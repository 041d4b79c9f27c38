using System.Text.Json.Nodes;

namespace Promoter.Interop.Tests.Tools;

/// <summary>oras: writes and reads artifacts and what is attached to them, by the referrers API and by its tag scheme. References name plain HTTP registries.</summary>
public sealed class Oras : IDisposable
{
    private readonly ExternalProgram _program;
    private readonly TemporaryFolder _folder = new();

    public Oras()
    {
        // It takes files by names relative to where it is, and its credentials from the home.
        _program = new ExternalProgram(Toolbox.Require("oras")) { WorkingDirectory = _folder.Path };
        _program.Environment["HOME"] = _folder.Path;
        _program.Environment["DOCKER_CONFIG"] = _folder[".docker"];
    }

    /// <summary>Pushes an artifact of one text file, with the empty config.</summary>
    /// <returns>The digest of its manifest.</returns>
    public Task<string> PushAsync(string reference, string artifactType, string content) =>
        DigestAsync(["push", "--plain-http", "--artifact-type", artifactType, reference, File(content)]);

    /// <summary>Attaches a text file as artifact of a type to what a reference leads to.</summary>
    /// <returns>The digest of the attached manifest.</returns>
    public Task<string> AttachAsync(string reference, string artifactType, string content) =>
        DigestAsync(["attach", "--plain-http", "--artifact-type", artifactType, "--annotation", "made.by=CI+friends", reference, File(content)]);

    /// <summary>Pushes an index of what these references lead to, all of them in the index's own repository.</summary>
    /// <returns>The digest of the index.</returns>
    public async Task<string> PushIndexAsync(string reference, params string[] children)
    {
        var descriptors = new JsonArray();
        foreach (var child in children) descriptors.Add(JsonNode.Parse((await _program.RunAsync("manifest", "fetch", "--plain-http", "--descriptor", child)).Output));
        var index = new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = Promoter.Oci.MediaTypes.OciIndex, ["manifests"] = descriptors };
        return await DigestAsync(["manifest", "push", "--plain-http", reference, File(index.ToJsonString())]);
    }

    /// <summary>The manifest as the registry serves it, byte for byte.</summary>
    public async Task<byte[]> FetchManifestAsync(string reference) => (await _program.RunAsync("manifest", "fetch", "--plain-http", reference)).Output;

    /// <summary>A blob, which oras verifies.</summary>
    public async Task<byte[]> FetchBlobAsync(string reference) => (await _program.RunAsync("blob", "fetch", "--plain-http", "--output", "-", reference)).Output;

    /// <summary>Types and digests of what is attached, and of what is attached to that, as <c>TYPE DIGEST</c> in order.</summary>
    public async Task<IReadOnlyList<string>> DiscoverAsync(string reference)
    {
        var repository = reference[..reference.LastIndexOfAny([':', '@'])];
        repository = repository.EndsWith("@sha256", StringComparison.Ordinal) ? repository[..^"@sha256".Length] : repository;
        var direct = JsonNode.Parse((await _program.RunAsync("discover", "--plain-http", "--format", "json", reference)).Output)!["manifests"]!.AsArray();
        List<string> found = [];
        foreach (var referrer in direct)
        {
            found.Add($"{referrer!["artifactType"]} {referrer["digest"]}");
            found.AddRange(await DiscoverAsync($"{repository}@{referrer["digest"]}"));
        }

        return [.. found.Order(StringComparer.Ordinal)];
    }

    /// <summary>Copies an image with all that is attached from one registry to another.</summary>
    public Task CopyAsync(string source, string target) => _program.RunAsync("cp", "--recursive", "--from-plain-http", "--to-plain-http", source, target);

    /// <summary>Copies an image with all that is attached into a layout.</summary>
    public Task CopyToLayoutAsync(string source, string layout) => _program.RunAsync("cp", "--recursive", "--from-plain-http", "--to-oci-layout", source, layout);

    /// <summary>Copies an image with all that is attached out of a layout.</summary>
    public Task CopyFromLayoutAsync(string layout, string target) => _program.RunAsync("cp", "--recursive", "--from-oci-layout", "--to-plain-http", layout, target);

    public void Dispose() => _folder.Dispose();

    private string File(string content)
    {
        var name = $"{Guid.NewGuid():N}.txt";
        _folder.Write(name, content);
        return name;
    }

    private async Task<string> DigestAsync(string[] command)
    {
        const string Line = "Digest: ";
        return (await _program.RunAsync(command)).Text.Split('\n').Single(line => line.StartsWith(Line, StringComparison.Ordinal))[Line.Length..].Trim();
    }
}
