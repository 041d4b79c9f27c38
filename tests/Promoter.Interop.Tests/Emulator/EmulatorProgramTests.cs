using System.Text.Json.Nodes;
using Promoter.Emulator;
using Promoter.Emulator.Demo;
using Promoter.Interop.Tests.Tools;

namespace Promoter.Interop.Tests.Emulator;

public sealed class EmulatorProgramTests
{
    private static readonly HttpClient Client = new(new SocketsHttpHandler { UseProxy = false });

    [Fact]
    public async Task The_program_says_where_it_listens_and_what_it_holds()
    {
        using var folder = new TemporaryFolder();
        await using var program = Daemon.Start(
            Path.Combine(AppContext.BaseDirectory, "promoter-emulator"), ["--seed", "demo", "--state-file", folder["state.json"]]);

        var line = await program.WaitForLineAsync(l => l.StartsWith('{'));
        var described = JsonNode.Parse(line)!;
        var state = JsonNode.Parse(await Client.GetStringAsync((string)described["admin"]! + "state"))!;
        var requests = JsonNode.Parse(await Client.GetStringAsync((string)described["admin"]! + "requests"))!;

        Assert.Equal(line, (await File.ReadAllTextAsync(folder["state.json"])).Trim());
        Assert.Contains("1.4.2", state["111111111111"]!["shop/web"]!["tags"]!.AsObject().Select(t => t.Key));
        Assert.Empty(state["222222222222"]!["shop/web"]!["tags"]!.AsObject());
        Assert.Empty(requests["requests"]!.AsArray());
    }

    [Fact]
    public async Task The_demonstration_is_signed_complete_and_least_privileged()
    {
        await using var aws = await EmulatedAws.StartAsync();
        var identities = DemoSeed.Plant(aws);
        var user = new EcrApiCaller(aws, identities.User);
        var reader = new EcrApiCaller(aws, aws.Iam.IssueSession(aws.Iam.Find(identities.SourceRole), "demo", TimeSpan.FromHours(1)));

        var alone = await user.CallAsync("DescribeRepositories");
        var read = await reader.CallAsync("DescribeImages", new JsonObject { ["repositoryName"] = "shop/web" });
        var written = await reader.CallAsync("PutImage", new JsonObject { ["repositoryName"] = "shop/web", ["imageManifest"] = "{}" });

        Assert.Empty(aws.Source.FindProblems("shop/web", "1.4.2"));
        Assert.Equal(2, aws.Source.TagsOf("shop/web").Count);
        Assert.Contains(aws.Source.ManifestsOf("shop/web"), d => aws.Source.ManifestOf("shop/web", d)!.Subject == aws.Source.DigestOf("shop/web", "1.4.2"));
        Assert.Equal("AccessDeniedException", (string?)alone["__type"]);
        Assert.Equal(5, read["imageDetails"]!.AsArray().Count);
        Assert.Equal("AccessDeniedException", (string?)written["__type"]);
        Assert.Contains("because no identity-based policy allows the ecr:PutImage action", (string?)written["Message"]);
    }
}
