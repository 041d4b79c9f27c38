using Promoter.Admission.Commands;

namespace Promoter.Admission.Tests.Commands;

/// <summary>A wrong command line exits with 2, says in one sentence what is wrong and what to write, and names the help.</summary>
public sealed class WrongFlagsTests
{
    private const string Tls = "--tls-self-managed";

    [Theory]
    [InlineData("unknown command 'serv': did you mean serve?", "promoter-admission --help", "serv")]
    [InlineData("unknown option --lissten: did you mean --listen?", "promoter-admission serve --help", "serve", "--lissten")]
    [InlineData("unknown option --namespaces: did you mean --namespace?", "promoter-admission ungate --help", "ungate", "--namespaces")]
    [InlineData("unknown option --frobnicate", "promoter-admission ungate --help", "ungate", "--frobnicate")]
    [InlineData("'now' is one argument too many", "promoter-admission ungate --help", "ungate", "--all", "now")]
    [InlineData("say which command: serve, ungate", "promoter-admission --help")]
    [InlineData("Required argument missing for option: '--kubeconfig'", "promoter-admission ungate --help", "ungate", "--all", "--kubeconfig")]
    [InlineData("say which pods: --all, or --namespace NAME", "promoter-admission ungate --help", "ungate")]
    [InlineData("say which pods: --all, or --namespace NAME", "promoter-admission ungate --help", "ungate", "--all", "-n", "shop")]
    [InlineData("--config FILE is required: it holds the rules", "promoter-admission serve --help", "serve", Tls)]
    [InlineData("--listen: '8443' is no address and port: write for example 0.0.0.0:8443 or [::]:8443", "promoter-admission serve --help", "serve", "--listen", "8443")]
    [InlineData("--metrics-listen: 'all' is no address and port: write for example 0.0.0.0:9090 or [::]:9090", "promoter-admission serve --help", "serve", "--metrics-listen", "all")]
    [InlineData("--shutdown-delay: '5y' is not", "promoter-admission serve --help", "serve", "--shutdown-delay", "5y")]
    [InlineData("--shutdown-delay: '1h' leaves no time to stop: at most ", "promoter-admission serve --help", "serve", "--shutdown-delay", "1h")]
    [InlineData("--log-level: 'loud' is none of trace, debug, information", "promoter-admission serve --help", "serve", "--log-level", "loud")]
    [InlineData("--tls-cert and --tls-key belong together", "promoter-admission serve --help", "serve", "--config", "x", "--tls-cert", "x")]
    [InlineData("--tls-cert and --tls-self-managed exclude each other", "promoter-admission serve --help", "serve", "--config", "x", "--tls-cert", "x", "--tls-key", "x", Tls)]
    [InlineData("--tls-self-managed keeps its Secret in the cluster", "promoter-admission serve --help", "serve", "--config", "x", Tls, "--no-kubernetes")]
    [InlineData("without --tls-cert or --tls-self-managed only a loopback address", "promoter-admission serve --help", "serve", "--config", "x")]
    public async Task A_slip_is_answered_in_one_sentence(string sentence, string help, params string[] args)
    {
        var (exitCode, _, error) = await RunAsync(args);

        Assert.True(exitCode == 2, $"exit code {exitCode}: {error}");
        Assert.Equal(2, error.Length);
        Assert.StartsWith($"promoter-admission: {sentence}", error[0], StringComparison.Ordinal);
        Assert.Equal($"promoter-admission: see '{help}'", error[1]);
    }

    [Fact]
    public async Task All_that_is_wrong_is_said_at_once()
    {
        var (exitCode, _, error) = await RunAsync("serve", "--tls-cert", "x", Tls);

        Assert.Equal(2, exitCode);
        Assert.Equal(4, error.Length);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("serve", "--help")]
    [InlineData("ungate", "--help")]
    public async Task The_help_is_printed_whatever_is_still_missing(params string[] args)
    {
        var (exitCode, output, error) = await RunAsync(args);

        Assert.Equal(0, exitCode);
        Assert.Empty(error);
        Assert.Contains("Usage:", output, StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, string Output, string[] Error)> RunAsync(params string[] args)
    {
        using StringWriter output = new(), error = new();
        var exitCode = await AdmissionCommands.RunAsync(args, output, error, TestContext.Current.CancellationToken);
        return (exitCode, output.ToString(), error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
