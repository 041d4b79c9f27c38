using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Promoter.Admission.Tests.Support;

/// <summary>A real process <c>promoter-admission serve</c> on loopback.</summary>
internal sealed partial class ReplicaProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly TaskCompletionSource<Uri> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    // Whom its certificate belongs to is for API servers to check.
    private readonly HttpClient _http = new(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true } }) { Timeout = TimeSpan.FromSeconds(15) };

    private ReplicaProcess(string name, Process process)
    {
        Name = name;
        _process = process;
        process.OutputDataReceived += (_, line) => See(line.Data);
        process.ErrorDataReceived += (_, line) => See(line.Data);
        process.Exited += (_, _) => _ready.TrySetException(new InvalidOperationException($"{name} ended:\n{Output}"));
        process.EnableRaisingEvents = true;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>The pod's name, which stands in the Leases that it holds.</summary>
    public string Name { get; }

    public Uri Url { get; private set; } = new("http://127.0.0.1");

    public string Output => string.Join('\n', _lines);

    public bool IsAlive => !_process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>Starts a process and waits until it has answered its own review.</summary>
    public static async Task<ReplicaProcess> StartAsync(string name, string ns, params string[] arguments)
    {
        var process = Launch(name, ns, ["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0", "--shutdown-delay", "0s", .. arguments]);
        process.Url = await process._ready.Task.WaitAsync(Patience);
        return process;
    }

    /// <summary>Starts a process that is expected to end by itself.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        await using var process = Launch("once", "promoter", arguments);
        await process.WaitAsync();
        return (process.ExitCode, process.Output);
    }

    public async Task<ReviewAnswer> ReviewAsync(JsonObject review)
    {
        using var content = new StringContent(review.ToJsonString(), Encoding.UTF8, MediaTypeHeaderValue.Parse("application/json"));
        using var answer = await _http.PostAsync(new Uri(Url, "/mutate?timeout=10s"), content);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{Name} answered {(int)answer.StatusCode}: {text}");
        return ReviewAnswer.Read(text);
    }

    /// <summary>SIGKILL: nothing is handed over.</summary>
    public void Kill() => _process.Kill();

    /// <summary>SIGTERM, and the process's orderly end.</summary>
    public async Task TerminateAsync()
    {
        using var signal = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await WaitAsync();
    }

    public async Task WaitAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _http.Dispose();
    }

    private static ReplicaProcess Launch(string name, string ns, string[] arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "promoter-admission.dll");
        var start = new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["POD_NAME"] = name;
        start.Environment["POD_NAMESPACE"] = ns;
        start.Environment["HOME"] = AppContext.BaseDirectory; // No docker config and no kubeconfig of whoever runs the tests.
        return new ReplicaProcess(name, Process.Start(start)!);
    }

    private void See(string? line)
    {
        if (line is null) return;
        _lines.Enqueue(line);
        if (ReadyLine().Match(line) is { Success: true } match) _ready.TrySetResult(new Uri(match.Groups[1].Value));
    }

    [GeneratedRegex(@"reviews are answered at ""?(https?://127\.0\.0\.1:\d+)")]
    private static partial Regex ReadyLine();
}
