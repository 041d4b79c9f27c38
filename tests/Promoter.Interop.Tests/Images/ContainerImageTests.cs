using System.Text.Json.Nodes;
using Promoter.Interop.Tests.Tools;

namespace Promoter.Interop.Tests.Images;

/// <summary>Building takes every core: these tests run alone, when the others are done.</summary>
[CollectionDefinition(nameof(ImageTestsGroup), DisableParallelization = true)]
public sealed class ImageTestsGroup : ICollectionFixture<BuiltImages>;

/// <summary>What <c>make images</c> pushes: platforms, user, labels, layers, bill of materials, and the same digests for the same commit.</summary>
[Collection(nameof(ImageTestsGroup))]
public sealed class ContainerImageTests(BuiltImages images)
{
    [Theory]
    [InlineData("promoter")]
    [InlineData("promoter-admission")]
    public async Task An_image_has_a_numeric_user_the_commit_as_labels_and_no_shell(string program)
    {
        var registry = await images.RegistryAsync();

        var (index, manifest, configuration) = await BuiltImages.ReadAsync(registry, program, BuiltImages.Tag);

        var revision = (await new ExternalProgram(Toolbox.Require("git")) { WorkingDirectory = Toolbox.RepositoryRoot }.RunAsync("rev-parse", "HEAD")).Text.Trim();
        Assert.Equal("application/vnd.oci.image.index.v1+json", (string?)index["mediaType"]);
        Assert.Equal(revision, (string?)index["annotations"]!["org.opencontainers.image.revision"]);
        var settings = configuration["config"]!;
        Assert.Equal("1654", (string?)settings["User"]);
        Assert.Equal([$"/app/{program}"], settings["Entrypoint"]!.AsArray().Select(e => (string?)e));
        Assert.Equal(revision, (string?)settings["Labels"]!["org.opencontainers.image.revision"]);
        Assert.Equal("https://example.org/promoter.git", (string?)settings["Labels"]!["org.opencontainers.image.source"]);
        Assert.Equal(BuiltImages.Tag, (string?)settings["Labels"]!["org.opencontainers.image.version"]);

        // docs/benchmarks-webhook.md is measured with it.
        Assert.Equal(program == "promoter-admission", settings["Env"]!.AsArray().Any(e => (string?)e == "DOTNET_GCgen0size=4000000"));

        var entries = await Layers.EntriesAsync(registry, program, manifest["layers"]!.AsArray()[^1]!);
        Assert.All(entries, entry => Assert.StartsWith("app/", entry.Name, StringComparison.Ordinal));
        Assert.DoesNotContain(entries, entry => entry.Name.EndsWith("/sh", StringComparison.Ordinal));
        // Precompiled: with its native code, which the job has in one file with its runtime's, the library is several times as large as its IL alone.
        var native = entries.Single(e => e.Name == (program == "promoter" ? "app/promoter.r2r.dll" : "app/Promoter.Shared.dll"));
        Assert.InRange(native.Length, new FileInfo(typeof(Oci.Digest).Assembly.Location).Length * 2, long.MaxValue);
    }

    [Theory]
    [InlineData("promoter")]
    [InlineData("promoter-admission")]
    public async Task A_bill_of_materials_is_attached_and_lists_what_the_layer_ships(string program)
    {
        var registry = await images.RegistryAsync();
        var digest = await registry.DigestAsync(program, BuiltImages.Tag);

        // Distribution 2.8 has no referrers API: the tag of distribution-spec's "Referrers Tag Schema" lists them.
        var referrers = await registry.ReadManifestAsync(program, digest.Replace(':', '-'));
        var attached = Assert.Single(referrers["manifests"]!.AsArray())!;
        Assert.Equal("application/vnd.cyclonedx+json", (string?)attached["artifactType"]);
        var manifest = await registry.ReadManifestAsync(program, (string)attached["digest"]!);
        Assert.Equal(digest, (string?)manifest["subject"]!["digest"]);
        var bill = JsonNode.Parse(await registry.ReadBlobAsync(program, (string)manifest["layers"]![0]!["digest"]!))!;

        Assert.Equal(("CycloneDX", "1.6", program), ((string?)bill["bomFormat"], (string?)bill["specVersion"], (string?)bill["metadata"]!["component"]!["name"]));
        var components = bill["components"]!.AsArray().ToDictionary(c => (string)c!["name"]!, c => c!);
        var (_, image, _) = await BuiltImages.ReadAsync(registry, program, BuiltImages.Tag);
        var shipped = (await Layers.EntriesAsync(registry, program, image["layers"]!.AsArray()[^1]!)).Select(e => Path.GetFileName(e.Name)).ToHashSet();
        foreach (var package in (string[])["AWSSDK.Core", "AWSSDK.SecurityToken", "Polly.Core", "YamlDotNet", "Serilog", "System.CommandLine"])
        {
            Assert.Contains(package + ".dll", shipped);
            var component = components[package];
            Assert.Equal($"pkg:nuget/{package}@{component["version"]}", (string?)component["purl"]);
            Assert.NotEmpty(component["licenses"]!.AsArray());
            Assert.Equal(128, ((string)component["hashes"]![0]!["content"]!).Length);
        }

        Assert.Contains(components.Keys, name => name.StartsWith("Microsoft.NETCore.App.Runtime.", StringComparison.Ordinal));
        Assert.DoesNotContain(components.Keys, name => name.StartsWith("Promoter.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_same_commit_built_in_another_folder_has_the_same_digest()
    {
        var registry = await images.RegistryAsync();
        using var folder = new TemporaryFolder();
        await WorkingTree.CopyAsync(folder["elsewhere"]);

        await BuiltImages.BuildAsync(folder["elsewhere"], registry, "base/chiselled:1", "again", ("PROGRAMS", "promoter"));

        var (_, first, _) = await BuiltImages.ReadAsync(registry, "promoter", BuiltImages.Tag);
        var (_, second, _) = await BuiltImages.ReadAsync(registry, "promoter", "again");
        var different = await Layers.DifferencesAsync(registry, "promoter", first["layers"]!.AsArray()[^1]!, second["layers"]!.AsArray()[^1]!);
        Assert.True(different.Count == 0, $"These files depend on where or when they were built: {string.Join(", ", different)}");
        // The tag is a label too, so only the layers can be the same here.
        Assert.Equal(first["layers"]!.ToJsonString(), second["layers"]!.ToJsonString());
    }

    /// <summary>
    /// Portable code here: precompiling for another architecture needs its runtime pack, which is not to be had without a network. The platforms, the
    /// base image's choice and the index are the same.
    /// </summary>
    [Fact]
    public async Task An_image_for_two_platforms_is_one_index()
    {
        Toolbox.RequireRoot();
        await using var registry = await DistributionRegistry.StartAsync();
        await BaseImage.PushIndexAsync(registry.Reference("base/both:1"));

        await BuiltImages.BuildAsync(
            Toolbox.RepositoryRoot, registry, "base/both:1", "1", ("PROGRAMS", "promoter"), ("PLATFORMS", "linux-x64 linux-arm64"), ("READY_TO_RUN", "false"));

        foreach (var architecture in (string[])["amd64", "arm64"])
        {
            var (index, manifest, configuration) = await BuiltImages.ReadAsync(registry, "promoter", "1", architecture);
            Assert.Equal(2, index["manifests"]!.AsArray().Count);
            Assert.Equal(architecture, (string?)configuration["architecture"]);
            Assert.Equal(["dotnet", "/app/promoter.dll"], configuration["config"]!["Entrypoint"]!.AsArray().Select(e => (string?)e));
            var bottom = await Layers.EntriesAsync(registry, "promoter", manifest["layers"]!.AsArray()[0]!);
            Assert.Equal(architecture == RootFileSystem.OtherArchitecture, bottom.Any(e => e.Name == "etc/architecture"));
        }
    }

    [Fact]
    public async Task Without_a_registry_the_build_says_what_to_name()
    {
        var build = new ExternalProgram(Path.Combine(Toolbox.RepositoryRoot, "eng", "images.sh"));
        build.Environment["REGISTRY"] = null;

        var result = await build.TryRunAsync([]);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("make images REGISTRY=", result.Errors, StringComparison.Ordinal);
    }
}
