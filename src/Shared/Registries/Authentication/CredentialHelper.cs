using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;

namespace Promoter.Registries.Authentication;

/// <summary>Runs <c>docker-credential-NAME get</c>: the host goes in on stdin, the secret comes out on stdout, nothing on the command line.</summary>
internal static class CredentialHelper
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <returns>Null where the helper has no credential for the host.</returns>
    /// <exception cref="RegistryException">The helper is missing or failed.</exception>
    public static async Task<RegistryCredential?> GetAsync(string name, string key, string host, CancellationToken cancellationToken)
    {
        var program = $"docker-credential-{name}";
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        using var process = Start(program, host);
        try
        {
            await WriteAsync(process.StandardInput, key, limit.Token);
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return Read(program, host, process.ExitCode, await output, await errors);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellationToken.ThrowIfCancellationRequested();
            throw Failed(program, host, e is IOException ? e.Message : $"no answer within {Limit.TotalSeconds:0} s", e);
        }
    }

    private static async Task WriteAsync(StreamWriter stdin, string key, CancellationToken cancellationToken)
    {
        try
        {
            await stdin.WriteAsync(key.AsMemory(), cancellationToken);
            stdin.Close();
        }
        catch (IOException)
        {
            // A helper that serves one host only may end without reading which one is meant; what it says counts.
        }
    }

    private static Process Start(string program, string host)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(program, ["get"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        }
        catch (Win32Exception e)
        {
            throw Failed(program, host, "it is not on PATH; install it, or remove it from the docker config", e);
        }
    }

    private static RegistryCredential? Read(string program, string host, int exitCode, string output, string errors)
    {
        if (exitCode != 0)
        {
            // The helper protocol says "not found" in words, on stdout.
            var text = (output + errors).Trim();
            return text.Contains("credentials not found", StringComparison.OrdinalIgnoreCase) ? null : throw Failed(program, host, $"exit code {exitCode}: {text}", null);
        }

        try
        {
            var answer = JsonSerializer.Deserialize(output, AuthenticationJson.Default.CredentialHelperAnswer);
            if (answer is not { UserName: { } user, Secret: { } secret }) throw Failed(program, host, "its answer lacks Username or Secret", null);
            return (user is "<token>" ? RegistryCredential.IdentityToken(secret) : RegistryCredential.Basic(user, secret)) with { Origin = $"credential helper {program}" };
        }
        catch (JsonException e)
        {
            throw Failed(program, host, "its answer is not JSON", e);
        }
    }

    private static RegistryException Failed(string program, string host, string reason, Exception? inner) =>
        new(RegistryFault.Denied, $"the credential helper {program} gave no credential for {host}: {reason}", inner) { Host = host, Operation = "run credential helper" };
}
