using System.Diagnostics;
using System.Threading.Channels;

namespace Promoter.Interop.Tests.Tools;

/// <summary>A program that runs until it is disposed, with every line that it prints kept in the order of arrival.</summary>
public sealed class Daemon : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private int _openStreams = 2;

    private Daemon(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
    }

    public int ProcessId => _process.Id;

    /// <summary>Standard output and standard error so far.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate)
            {
                return [.. _lines];
            }
        }
    }

    public static Daemon Start(string path, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(path, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var daemon = new Daemon(Process.Start(start)!);
        daemon._process.BeginOutputReadLine();
        daemon._process.BeginErrorReadLine();
        return daemon;
    }

    /// <summary>The first line, past or to come, that <paramref name="isIt"/> accepts.</summary>
    /// <exception cref="InvalidOperationException">The program ended, or a minute passed, without such a line; the message carries its output.</exception>
    public async Task<string> WaitForLineAsync(Func<string, bool> isIt)
    {
        using var limit = new CancellationTokenSource(StartLimit);
        var seen = 0;
        while (true)
        {
            var lines = Lines;
            if (lines.Skip(seen).FirstOrDefault(isIt) is { } line)
            {
                return line;
            }

            seen = lines.Count;
            if (Volatile.Read(ref _openStreams) == 0 && Lines.Count == seen)
            {
                await _process.WaitForExitAsync(limit.Token);
                throw new InvalidOperationException($"{_process.StartInfo.FileName} ended with exit code {_process.ExitCode}:\n{string.Join('\n', lines)}");
            }

            await WaitForNewsAsync(limit.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            // SIGTERM first: containerd and registries clean up after themselves.
            using var terminate = Process.Start("kill", ["-TERM", _process.Id.ToString()]);
            await terminate.WaitForExitAsync();
            using var limit = new CancellationTokenSource(StopLimit);
            try
            {
                await _process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
                await _process.WaitForExitAsync();
            }
        }

        _process.Dispose();
    }

    private async Task WaitForNewsAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _news.Reader.ReadAsync(cancellationToken);
        }
        catch (OperationCanceledException exception)
        {
            throw new InvalidOperationException(
                $"{_process.StartInfo.FileName} did not print what was waited for within {StartLimit}:\n{string.Join('\n', Lines)}", exception);
        }
    }

    private void Keep(string? line)
    {
        // Null marks the end of one of the two streams: news as well, for whoever waits for a line that never comes.
        if (line is null)
        {
            Interlocked.Decrement(ref _openStreams);
        }
        else
        {
            lock (_gate)
            {
                _lines.Add(line);
            }
        }

        _news.Writer.TryWrite(true);
    }
}
