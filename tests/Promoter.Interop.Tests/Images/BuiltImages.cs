using System.Text.Json.Nodes;
using Promoter.Interop.Tests.Tools;

namespace Promoter.Interop.Tests.Images;

/// <summary>Both container images as <c>make images</c> builds them, on a local base, in a loopback registry. Built once for all tests of the class.</summary>
public sealed class BuiltImages : IAsyncDisposable
{
    public const string Tag = "1.0.0-test";
    private readonly Lazy<Task<DistributionRegistry>> _registry = new(BuildAsync);

    /// <summary>The registry that holds both; the running test is skipped where a tool is missing.</summary>
    public Task<DistributionRegistry> RegistryAsync() => _registry.Value;

    /// <summary>Runs eng/images.sh of a working tree.</summary>
    public static async Task BuildAsync(string root, DistributionRegistry registry, string baseImage, string tag, params (string Name, string Value)[] settings)
    {
        var build = new ExternalProgram(Path.Combine(root, "eng", "images.sh")) { Limit = TimeSpan.FromMinutes(15) };
        var architecture = RootFileSystem.Architecture == "arm64" ? "linux-arm64" : "linux-x64";
        foreach (var (name, value) in (IEnumerable<(string, string)>)[("REGISTRY", registry.Host), ("TAG", tag), ("PLATFORMS", architecture), ("BASE_IMAGE", registry.Reference(baseImage)), ("SOURCE", "https://example.org/promoter.git"), .. settings])
        {
            build.Environment[name] = value;
        }

        await build.RunAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_registry is { IsValueCreated: true, Value.IsCompletedSuccessfully: true }) await (await _registry.Value).DisposeAsync();
    }

    /// <summary>The index, and below it the image of this machine's platform with its configuration.</summary>
    public static async Task<(JsonNode Index, JsonNode Manifest, JsonNode Configuration)> ReadAsync(DistributionRegistry registry, string repository, string reference, string? architecture = null)
    {
        var index = await registry.ReadManifestAsync(repository, reference);
        var child = index["manifests"]!.AsArray().Single(m => (string?)m!["platform"]!["architecture"] == (architecture ?? RootFileSystem.Architecture))!;
        var manifest = await registry.ReadManifestAsync(repository, (string)child["digest"]!);
        var configuration = JsonNode.Parse(await registry.ReadBlobAsync(repository, (string)manifest["config"]!["digest"]!))!;
        return (index, manifest, configuration);
    }

    private static async Task<DistributionRegistry> BuildAsync()
    {
        Toolbox.RequireRoot();
        foreach (var program in (string[])["git", "buildah", "dpkg-deb"]) Toolbox.Require(program);
        var registry = await DistributionRegistry.StartAsync();
        try
        {
            await BaseImage.PushAsync(registry.Reference("base/chiselled:1"));
            await BuildAsync(Toolbox.RepositoryRoot, registry, "base/chiselled:1", Tag);
            return registry;
        }
        catch
        {
            await registry.DisposeAsync();
            throw;
        }
    }
}
