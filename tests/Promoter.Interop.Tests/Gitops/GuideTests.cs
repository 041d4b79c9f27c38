using System.Text.RegularExpressions;
using Promoter.Emulator;
using Promoter.Emulator.Images;
using Promoter.Interop.Tests.Tools;

namespace Promoter.Interop.Tests.Gitops;

/// <summary>
/// The commands of the guides, as they stand in docs/, in one shell and in the order of the page. Only the two registries' hosts are exchanged for loopback ones.
/// </summary>
public sealed partial class GuideTests : IAsyncLifetime
{
    private const string SourceHost = "111111111111.dkr.ecr.eu-west-1.amazonaws.com";
    private const string TargetHost = "222222222222.dkr.ecr.eu-west-1.amazonaws.com";
    private const string ExampleDigest = "sha256:3f1c2d4e5b6a79808f9eadbccbda1e2f3041526374859697a8b9cadbecfd0e1f";

    private readonly TemporaryFolder _folder = new();
    private EmulatedRegistry _source = null!;
    private EmulatedRegistry _target = null!;
    private string _digest = "";

    public async ValueTask InitializeAsync()
    {
        _source = await EmulatedRegistry.StartAsync(new RegistryOptions { Name = "source" });
        _target = await EmulatedRegistry.StartAsync(new RegistryOptions { Name = "target" });
        _source.Push("shop/web", SampleImages.TwoPlatforms("web-1.2.3"), "v1.2.3");
        _source.Push("shop/web", SampleImages.TwoPlatforms("web-1.3.0"), "v1.3.0");
        _source.Push("shop/sidecar", SampleImages.TwoPlatforms("sidecar"), "v0.9.0");
        _source.Push("promoter", SampleImages.TwoPlatforms("promoter"), "0.1.0");
        _digest = _source.Push("shop/migrations", SampleImages.TwoPlatforms("migrations"), "v1.2.3").Digest;
        foreach (var tree in (string[])["charts/kustomize", "charts/promoter-job", "examples/kustomize", "examples/helm", "examples/plugin", "examples/applicationset"])
        {
            _folder.CopyTree(Toolbox.RepositoryRoot, tree);
        }

        foreach (var file in Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories)) File.WriteAllText(file, OnLoopback(File.ReadAllText(file)));
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _target.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("kustomize", "promoter:0.1.0 shop/migrations:v1.2.3 shop/web:v1.2.3 shop/web:v1.3.0")]
    [InlineData("helm", "shop/sidecar:v0.9.0 shop/web:v1.2.3 shop/web:v1.3.0")]
    [InlineData("argocd", "shop/web:v1.2.3")]
    [InlineData("plugin", "shop/migrations:v1.2.3 shop/web:v1.2.3")]
    [InlineData("applicationset", "shop/migrations:v1.2.3 shop/web:v1.2.3")]
    public async Task The_commands_of_the_guide_lead_to_the_first_promotion(string guide, string promoted)
    {
        var commands = Commands().Matches(await File.ReadAllTextAsync(Path.Combine(Toolbox.RepositoryRoot, "docs", $"{guide}.md"))).Select(m => m.Groups["commands"].Value).ToList();
        Assert.NotEmpty(commands);

        var result = await RunAsync(OnLoopback(string.Join('\n', commands)));

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(promoted.Split(' '), HookRun.ContentOf(_target).Select(line => line.Split(' ')[0]));
    }

    private async Task<ProgramResult> RunAsync(string commands)
    {
        var shell = new ExternalProgram(Toolbox.Require("bash")) { WorkingDirectory = _folder.Path };
        var folders = ((string[])[Toolbox.Require("helm"), Toolbox.Require("kubectl"), _folder.Program("promoter", $"exec {Toolbox.Require("dotnet")} {PromoterProcess.ProgramPath()} \"$@\"")]).Select(p => Path.GetDirectoryName(p)!);
        shell.Environment["PATH"] = string.Join(':', [.. folders, Environment.GetEnvironmentVariable("PATH")!]);
        shell.Environment["HOME"] = _folder["home"];
        shell.Environment["AWS_EC2_METADATA_DISABLED"] = "true";
        return await shell.TryRunAsync(["-euo", "pipefail", "-x", "-c", commands]);
    }

    private string OnLoopback(string text) => text
        .Replace(SourceHost, _source.ReferenceHost, StringComparison.Ordinal)
        .Replace(TargetHost, _target.ReferenceHost, StringComparison.Ordinal)
        .Replace(ExampleDigest, _digest, StringComparison.Ordinal);

    [GeneratedRegex(@"^```sh\n(?<commands>.*?)^```$", RegexOptions.ExplicitCapture | RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Commands();
}
