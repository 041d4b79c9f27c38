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
        printed.Append(await File.ReadAllTextAsync(folder["report.json"], TestContext.Current.CancellationToken));

        var text = printed.ToString();
        Assert.Contains(digest, text, StringComparison.Ordinal);
        var secrets = environment.Where(v => v.Key.Contains("SECRET", StringComparison.Ordinal) || v.Key.Contains("TOKEN", StringComparison.Ordinal)).Select(v => v.Value).ToList();
        Assert.NotEmpty(secrets);
        secrets.AddRange([PlantedPassword, Encoded(PlantedPassword), Encoded(Password)]);
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
        Assert.Empty(Credential().Matches(text).Select(m => m.Value));

        async Task RunAsync(int? exitCode, params string[] arguments)
        {
            var result = await promoter.RunAsync([.. arguments, .. log]);
            if (exitCode is not null) Assert.True(result.ExitCode == exitCode, $"Expected exit code {exitCode}. {result}");
            printed.Append(result.Printed);
        }
    }

    private static string Encoded(string password) => Convert.ToBase64String(Encoding.UTF8.GetBytes($"{RegistryAuthentication.UserName}:{password}"));

    private static string Configuration(EmulatedAws aws) =>
        File.ReadAllText(Path.Combine(Toolbox.RepositoryRoot, "examples", "demo", "promotion.yaml"))
            .Replace("http://127.0.0.1:5001", aws.Source.Endpoint.ToString().TrimEnd('/'), StringComparison.Ordinal)
            .Replace("http://127.0.0.1:5002", aws.Target.Endpoint.ToString().TrimEnd('/'), StringComparison.Ordinal);

    /// <summary>Basic and bearer credentials, AWS signatures, upload states and presigned parts of URLs.</summary>
    [GeneratedRegex(@"Basic [A-Za-z0-9+/]{16,}=*|Bearer [A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]+|AWS4-HMAC-SHA256 \S+|X-Amz-(Signature|Credential|Security-Token)=\S+|[?&]_state=\S+|(?i:authorization:\s*\S+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Credential();
}
