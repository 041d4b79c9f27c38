using System.Text;
using System.Text.RegularExpressions;
using Promoter.Emulator;
using Promoter.Emulator.Demo;
using Promoter.Interop.Tests.Tools;
using RegistryAuthentication = Promoter.Interop.Tests.Tools.RegistryAuthentication;

namespace Promoter.Interop.Tests.Security;

/// <summary>
/// Everything runs as verbosely as it can, with secrets planted wherever one can be configured; then every word that was printed or written is searched for
/// them, and for the shapes of credentials that only exist on the wire.
/// </summary>
public sealed partial class PlantedSecretsTests
{
    private const string PlantedPassword = "planted-password-5b1f0c";
    private const string Target = "222222222222.dkr.ecr.eu-west-1.amazonaws.com";

    [Theory]
    [InlineData("text")]
    [InlineData("json")]
    public async Task No_output_of_any_command_holds_a_planted_secret(string format)
    {
        await using var aws = await EmulatedAws.StartAsync();
        var identities = DemoSeed.Plant(aws);
        const string Password = RegistryAuthentication.Password;
        await using var open = await DistributionRegistry.StartAsync();
        await using var tokens = await TokenServer.StartAsync();
        await using var bearer = await DistributionRegistry.StartAsync(RegistryAuthentication.Token(tokens));
        await using var locked = await DistributionRegistry.StartAsync(RegistryAuthentication.Basic);
        using var folder = new TemporaryFolder();
        var configuration = folder.Write("promotion.yaml", Configuration(aws));
        var environment = aws.ToEnvironment(identities.User);
        using var promoter = new PromoterProcess().WithDockerLogins(
            (bearer.Host, $"{RegistryAuthentication.UserName}:{Password}"), (locked.Host, $"{RegistryAuthentication.UserName}:{PlantedPassword}"));
        foreach (var (name, value) in environment) promoter.Environment[name] = value;
        var digest = await SyntheticImage.PushAsync(open.Host, "shop/web", "1", [100_000]);
        var printed = new StringBuilder();
        var log = (string[])["--log-level", "trace", "--log-format", format];

        await RunAsync(0, "plan", "--config", configuration, $"{Target}/shop/web:1.4.2");
        await RunAsync(0, "promote", "--config", configuration, $"{Target}/shop/web:1.4.2", "--output", "json", "--report-file", folder["report.json"]);
        await RunAsync(null, "doctor", "--config", configuration, $"{Target}/shop/web:1.4.2");
        await RunAsync(0, "copy", $"{open.Host}/shop/web:1", $"{bearer.Host}/shop/web:1");
        await RunAsync(4, "copy", $"{open.Host}/shop/web:1", $"{locked.Host}/shop/web:1");
        await RunAsync(0, "rollback", folder["report.json"], "--config", configuration);
        await RunAsync(0, "index", "create", $"{bearer.Host}/shop/web:all", $"{open.Host}/shop/web:1");
        await RunAsync(4, "index", "create", $"{locked.Host}/shop/web:all", $"{open.Host}/shop/web:1");
        await RunAsync(0, "hook", "--config", configuration, "-f", folder.Write("overlay/web.yaml", Deployment), "--promoter-image", $"{Target}/promoter:0.1.0");
        folder.Write("overlay/kustomization.yaml", $"resources: [web.yaml]\nimages:\n- name: {Target}/shop/web\n  newTag: 1.4.2\n");
        if (Toolbox.Find("kubectl") is not null)
        {
            await RunAsync(0, "generate", "kustomize", folder["overlay"], "--from", "111111111111.dkr.ecr.eu-west-1.amazonaws.com", "--to", Target, "--promoter-image", $"{Target}/promoter:0.1.0");
            foreach (var file in Directory.EnumerateFiles(folder["overlay"])) printed.Append(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        }

        printed.Append(await File.ReadAllTextAsync(folder["report.json"], TestContext.Current.CancellationToken));

        Assert.Contains(digest, printed.ToString(), StringComparison.Ordinal);
        AssertHoldsNone(printed.ToString(), environment, PlantedPassword, Encoded(PlantedPassword), Encoded(Password));

        async Task RunAsync(int? exitCode, params string[] arguments)
        {
            var result = await promoter.RunAsync([.. arguments, .. log]);
            if (exitCode is not null) Assert.True(result.ExitCode == exitCode, $"Expected exit code {exitCode}. {result}");
            printed.Append(result.Printed);
        }
    }

    [Theory]
    [InlineData("text")]
    [InlineData("json")]
    public async Task No_output_of_the_webhook_holds_a_planted_secret(string format)
    {
        await using var aws = await EmulatedAws.StartAsync();
        var environment = aws.ToEnvironment(DemoSeed.Plant(aws).User);
        using var folder = new TemporaryFolder();
        var configuration = folder.Write("promotion.yaml", Configuration(aws));
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });

        var webhook = Daemon.Start(
            Toolbox.Require("dotnet"),
            [
                PromoterProcess.ProgramPath("Promoter.Admission", "promoter-admission"), "serve", "--config", configuration, "--no-kubernetes", "--listen", "127.0.0.1:0",
                "--metrics-listen", "127.0.0.1:0", "--shutdown-delay", "0s", "--log-level", "trace", "--log-format", format,
            ],
            environment);
        var printed = new StringBuilder();
        await using (webhook)
        {
            var ready = await webhook.WaitForLineAsync(line => Address().IsMatch(line));
            var (reviews, operations) = (new Uri(Address().Matches(ready)[0].Value), new Uri(Address().Matches(ready)[1].Value));
            // On a busy machine the first look-up may take longer than a review waits for it; the next review finds its answer.
            for (var round = 0; round < 30 && !webhook.Lines.Any(IsPromoted); round++)
            {
                using var answer = await client.PostAsync(new Uri(reviews, "mutate"), new StringContent(Review(), Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
                printed.Append(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            }

            await webhook.WaitForLineAsync(IsPromoted);
            foreach (var page in (string[])["metrics", "status", "readyz"]) printed.Append(await client.GetStringAsync(new Uri(operations, page), TestContext.Current.CancellationToken));
        }

        printed.AppendJoin('\n', webhook.Lines);

        Assert.NotNull(aws.Target.DigestOf("shop/web", "1.4.2"));
        AssertHoldsNone(printed.ToString(), environment);
    }

    private static void AssertHoldsNone(string text, IReadOnlyDictionary<string, string> environment, params string[] planted)
    {
        var secrets = environment.Where(v => v.Key.Contains("SECRET", StringComparison.Ordinal) || v.Key.Contains("TOKEN", StringComparison.Ordinal)).Select(v => v.Value).ToList();
        Assert.NotEmpty(secrets);
        Assert.All(secrets.Concat(planted), secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
        Assert.Empty(Credential().Matches(text).Select(m => m.Value));
    }

    private static bool IsPromoted(string line) => line.Contains("Promoted", StringComparison.Ordinal) && line.Contains("on demand", StringComparison.Ordinal);

    private static string Review() => """
        {"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"5d0f4c7a-6c55-4d8e-a3c1-7b8c5b0f6a11",
        "kind":{"group":"","version":"v1","kind":"Pod"},"resource":{"group":"","version":"v1","resource":"pods"},"operation":"CREATE","namespace":"shop","name":"web",
        "userInfo":{"username":"test"},"dryRun":false,"object":{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web","namespace":"shop"},
        "spec":{"containers":[{"name":"web","image":"222222222222.dkr.ecr.eu-west-1.amazonaws.com/shop/web:1.4.2"}]}}}}
        """;

    private const string Deployment = $"""
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: web
        spec:
          template:
            spec:
              containers:
              - name: web
                image: {Target}/shop/web:1.4.2

        """;

    private static string Encoded(string password) => Convert.ToBase64String(Encoding.UTF8.GetBytes($"{RegistryAuthentication.UserName}:{password}"));

    private static string Configuration(EmulatedAws aws) =>
        File.ReadAllText(Path.Combine(Toolbox.RepositoryRoot, "examples", "demo", "promotion.yaml"))
            .Replace("http://127.0.0.1:5001", aws.Source.Endpoint.ToString().TrimEnd('/'), StringComparison.Ordinal)
            .Replace("http://127.0.0.1:5002", aws.Target.Endpoint.ToString().TrimEnd('/'), StringComparison.Ordinal);

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+/")]
    private static partial Regex Address();

    /// <summary>Basic and bearer credentials, AWS signatures, upload states and presigned parts of URLs.</summary>
    [GeneratedRegex(@"Basic [A-Za-z0-9+/]{16,}=*|Bearer [A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]+|AWS4-HMAC-SHA256 \S+|X-Amz-(Signature|Credential|Security-Token)=\S+|[?&]_state=\S+|(?i:authorization:\s*\S+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Credential();
}
