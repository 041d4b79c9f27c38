using Promoter.Emulator;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;
using Promoter.Emulator.Registry;
using Promoter.Interop.Tests.Tools;
using RegistryAuthentication = Promoter.Emulator.RegistryAuthentication;

namespace Promoter.Interop.Tests.Emulator;

public sealed class SkopeoTests
{
    [Theory]
    [InlineData("oci")]
    [InlineData("docker")]
    [InlineData("buildx")]
    public async Task Skopeo_copies_an_index_from_one_account_to_the_other_byte_for_byte(string format)
    {
        var skopeo = new ExternalProgram(Toolbox.Require("skopeo"));
        await using var aws = await EmulatedAws.StartAsync();
        var image = format switch
        {
            "docker" => SampleImages.DockerList("web"),
            "buildx" => SampleImages.WithAttestations("web"),
            _ => SampleImages.TwoPlatforms("web"),
        };
        aws.Source.Push("shop/web", image, "1.4.2");
        aws.Target.CreateRepository("shop/web");

        await skopeo.RunAsync(
            "copy", "--all", "--preserve-digests", "--src-tls-verify=false", "--dest-tls-verify=false",
            "--src-creds", $"AWS:{aws.IssueToken("111111111111")}", "--dest-creds", $"AWS:{aws.IssueToken()}",
            $"docker://{aws.Source.Host}/shop/web:1.4.2", $"docker://{aws.Target.Host}/shop/web:1.4.2");

        Assert.Equal(image.Digest, aws.Target.DigestOf("shop/web", "1.4.2"));
        Assert.Empty(aws.Target.FindProblems("shop/web", "1.4.2"));
        Assert.NotEqual(0, aws.Requests.Count(EmulatedAction.GetLayer));
    }

    [Fact]
    public async Task Skopeo_is_told_that_a_repository_was_not_created()
    {
        var skopeo = new ExternalProgram(Toolbox.Require("skopeo"));
        await using var aws = await EmulatedAws.StartAsync();
        aws.Source.Push("shop/web", SampleImages.Single("web"), "1.4.2");

        var result = await skopeo.TryRunAsync(
        [
            "copy", "--src-tls-verify=false", "--dest-tls-verify=false", "--src-creds", $"AWS:{aws.IssueToken()}", "--dest-creds", $"AWS:{aws.IssueToken()}",
            $"docker://{aws.Source.Host}/shop/web:1.4.2", $"docker://{aws.Target.Host}/shop/web:1.4.2",
        ]);

        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(aws.Requests.All, r => r is { Account: "222222222222", Status: 404 });
    }

    [Theory]
    [InlineData(RegistryAuthentication.Anonymous)]
    [InlineData(RegistryAuthentication.Basic)]
    [InlineData(RegistryAuthentication.Bearer)]
    public async Task Skopeo_pushes_to_and_reads_from_a_plain_registry(RegistryAuthentication authentication)
    {
        var skopeo = new ExternalProgram(Toolbox.Require("skopeo"));
        await using var registry = await EmulatedRegistry.StartAsync(new RegistryOptions { Authentication = authentication });
        var image = registry.Push("from/web", SampleImages.Single("web"), "1");

        await skopeo.RunAsync(
            "copy", "--preserve-digests", "--src-tls-verify=false", "--dest-tls-verify=false", "--src-creds", "user:secret", "--dest-creds", "user:secret",
            $"docker://{registry.Host}/from/web:1", $"docker://{registry.Host}/to/web:1");
        var raw = await skopeo.RunAsync("inspect", "--raw", "--tls-verify=false", "--creds", "user:secret", $"docker://{registry.Host}/to/web:1");

        Assert.Empty(registry.FindProblems("to/web", "1"));
        Assert.Equal(image.Digest, ContentDigest.Of(raw.Output));
    }
}
