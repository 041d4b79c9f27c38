using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Promoter.Kubernetes;

/// <summary>A credential that a program prints (<c>aws eks get-token</c>, <c>gke-gcloud-auth-plugin</c>); kept until it expires or the server refuses it.</summary>
internal sealed class ExecPlugin(ExecSettings settings, Func<string, string?> environment, TimeProvider time) : IKubernetesCredentials, IDisposable
{
    // A plugin that talks to an identity provider takes seconds; one that hangs must not hang us.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly SemaphoreSlim _lock = new(1, 1);
    private KubernetesCredential? _credential;
    private DateTimeOffset? _expires;

    public async ValueTask<KubernetesCredential> GetAsync(KubernetesCredential? rejected, CancellationToken cancellationToken)
    {
        await _lock.WaitAsync(cancellationToken);
        try
        {
            if (_credential is { } kept && kept != rejected && !(_expires <= time.GetUtcNow())) return kept;
            (_credential, _expires) = Read(await RunAsync(cancellationToken));
            return _credential;
        }
        finally
        {
            _lock.Release();
        }
    }

    public void Dispose() => _lock.Dispose();

    private async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        var hasTerminal = !Console.IsInputRedirected;
        if (settings.NeedsTerminal && !hasTerminal) throw Failed("it wants to ask a person, and there is no terminal");

        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            using var process = Process.Start(StartInfo(hasTerminal)) ?? throw Failed("it did not start");
            try
            {
                var output = await process.StandardOutput.ReadToEndAsync(either.Token);
                await process.WaitForExitAsync(either.Token);
                return process.ExitCode == 0 ? output : throw Failed($"it ended with exit code {process.ExitCode}; its own message is on stderr");
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                cancellationToken.ThrowIfCancellationRequested();
                throw Failed($"it did not end within {Patience.TotalSeconds} seconds");
            }
        }
        catch (Win32Exception e)
        {
            throw Failed($"{e.Message}.{(settings.InstallHint is { } hint ? $" {hint.Trim()}" : "")}", e);
        }
    }

    private ProcessStartInfo StartInfo(bool hasTerminal)
    {
        var info = new ProcessStartInfo(settings.Command, settings.Arguments) { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var (name, value) in settings.Environment) info.Environment[name] = value;
        var spec = new JsonObject { ["interactive"] = hasTerminal && environment("TERM") is { Length: > 0 } };
        if (settings.Cluster is { } cluster) spec["cluster"] = cluster.DeepClone();
        info.Environment["KUBERNETES_EXEC_INFO"] =
            new JsonObject { ["apiVersion"] = settings.ApiVersion, ["kind"] = "ExecCredential", ["spec"] = spec }.ToJsonString();
        return info;
    }

    private (KubernetesCredential Credential, DateTimeOffset? Expires) Read(string output)
    {
        JsonNode? answer;
        try
        {
            answer = JsonNode.Parse(output);
        }
        catch (JsonException e)
        {
            throw Failed("it printed no JSON", e);
        }

        if (answer.Text("apiVersion") != settings.ApiVersion) throw Failed($"it answered with apiVersion '{answer.Text("apiVersion")}' instead of '{settings.ApiVersion}'");
        var token = answer.Text("status", "token");
        X509Certificate2? certificate = null;
        if (answer.Text("status", "clientCertificateData") is { } pem && answer.Text("status", "clientKeyData") is { } key)
        {
            try
            {
                certificate = X509Certificate2.CreateFromPem(pem, key);
            }
            catch (Exception e) when (e is CryptographicException or ArgumentException)
            {
                throw Failed($"its client certificate cannot be used: {e.Message}", e);
            }
        }

        if (token is null && certificate is null) throw Failed("it printed neither a token nor a client certificate");
        return (new KubernetesCredential(token, certificate), answer.Time("status", "expirationTimestamp"));
    }

    private KubernetesException Failed(string why, Exception? inner = null) => new($"The exec plugin '{settings.Command}' gave no credential: {why}", inner);
}
