using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Promoter.Interop.Tests.Tools;

/// <summary>
/// The built promoter as a child process, cut off from whatever the machine has configured: no home, no docker configuration and no AWS settings
/// but those that a test gives it.
/// </summary>
public sealed class PromoterProcess : IDisposable
{
    private static readonly string[] Inherited =
        ["AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "REGISTRY_AUTH_FILE", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"];

    private readonly TemporaryFolder _home = new();

    /// <summary>Variables for the runs to come.</summary>
    public Dictionary<string, string?> Environment { get; } = new(StringComparer.Ordinal);

    /// <summary>Gives the promoter a docker configuration with these credentials (user:password) for a registry.</summary>
    public PromoterProcess WithDockerLogin(string host, string credentials) => WithDockerLogins((host, credentials));

    /// <summary>The same for several registries.</summary>
    public PromoterProcess WithDockerLogins(params (string Host, string Credentials)[] logins)
    {
        var entries = logins.Select(l => KeyValuePair.Create(l.Host, (JsonNode?)new JsonObject { ["auth"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(l.Credentials)) }));
        _home.Write(".docker/config.json", new JsonObject { ["auths"] = new JsonObject(entries) }.ToJsonString());
        return this;
    }

    /// <summary>Runs it to its end, whatever the exit code.</summary>
    public Task<PromoterResult> RunAsync(params string[] arguments) => RunAsync(arguments, input: null, measureMemory: false);

    /// <summary>Runs it to its end, or until it is killed (SIGKILL: it gets no chance to tidy up).</summary>
    /// <returns>Null where it was killed.</returns>
    public async Task<PromoterResult?> RunUntilKilledAsync(CancellationToken kill, params string[] arguments)
    {
        try
        {
            return await RunAsync(arguments, input: null, measureMemory: false, kill: kill);
        }
        catch (OperationCanceledException) when (kill.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Runs it to its end, which SIGTERM asks for when <paramref name="moment"/> has come.</summary>
    public Task<PromoterResult> RunUntilTerminatedAsync(Task moment, params string[] arguments) => RunAsync(arguments, input: null, measureMemory: false, terminate: moment);

    /// <summary>Runs it with this standard input.</summary>
    public Task<PromoterResult> RunWithInputAsync(string input, params string[] arguments) => RunAsync(arguments, input, measureMemory: false);

    /// <summary>Runs it under GNU time, which reports the peak resident set that the kernel counted; skips the test where time is not installed.</summary>
    public Task<PromoterResult> RunMeasuredAsync(params string[] arguments) => RunAsync(arguments, input: null, measureMemory: true);

    public void Dispose() => _home.Dispose();

    private async Task<PromoterResult> RunAsync(string[] arguments, string? input, bool measureMemory, Task? terminate = null, CancellationToken kill = default)
    {
        var dotnet = Toolbox.Find("dotnet") ?? throw new InvalidOperationException("dotnet is not on PATH.");
        var measured = _home["peak-kib"];
        var program = measureMemory ? new ExternalProgram(Toolbox.Require("time")) : new ExternalProgram(dotnet) { Terminate = terminate };
        IEnumerable<string> command = [ProgramPath(), .. arguments];
        if (measureMemory)
        {
            command = ["--quiet", "--format", "%M", "--output", measured, dotnet, .. command];
        }

        foreach (var name in Inherited)
        {
            program.Environment[name] = null;
        }

        program.Environment["HOME"] = _home.Path;
        program.Environment["DOCKER_CONFIG"] = _home[".docker"];
        // Nothing is to be asked of an instance metadata service that a test does not emulate.
        program.Environment["AWS_EC2_METADATA_DISABLED"] = "true";
        foreach (var (name, value) in Environment)
        {
            program.Environment[name] = value;
        }

        var result = await program.TryRunAsync(command, input, kill);
        return new PromoterResult(
            result, measureMemory ? long.Parse(File.ReadAllLines(measured)[^1], CultureInfo.InvariantCulture) * 1024 : null);
    }

    /// <summary>The built program, in the configuration that the tests were built in.</summary>
    public static string ProgramPath() => ProgramPath("Promoter.Job", "promoter");

    /// <summary>A built program of the project, in the configuration that the tests were built in.</summary>
    public static string ProgramPath(string project, string program)
    {
        var configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        var path = Path.Combine(Toolbox.RepositoryRoot, "artifacts", "bin", project, configuration, program + ".dll");
        return File.Exists(path) ? path : throw new InvalidOperationException($"{path} is not there: build src/{project} first.");
    }
}
