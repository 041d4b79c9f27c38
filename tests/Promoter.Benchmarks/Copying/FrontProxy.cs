using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Promoter.Interop.Tests.Tools;

namespace Promoter.Benchmarks.Copying;

/// <summary>An nginx before a registry: it counts what crosses it, and limits a connection's rate where it is asked to.</summary>
internal sealed class FrontProxy : IAsyncDisposable
{
    private const int Starts = 5;
    private static readonly HttpClient Client = new();

    private readonly TemporaryFolder _folder;
    private readonly Daemon _daemon;
    private int _markers;

    private FrontProxy(TemporaryFolder folder, Daemon daemon, string host)
    {
        _folder = folder;
        _daemon = daemon;
        Host = host;
    }

    public string Host { get; }

    /// <param name="registry">Host and port of the registry behind it.</param>
    /// <param name="connectionLimit">Bytes per second that one response gets, in nginx's notation; null: as many as there are.</param>
    public static async Task<FrontProxy> StartAsync(string registry, string? connectionLimit = null)
    {
        // nginx takes no port 0, so somebody else may take a port between our look and its start.
        for (var start = 1; ; start++)
        {
            try
            {
                return await StartOnceAsync(registry, connectionLimit);
            }
            catch (InvalidOperationException) when (start < Starts)
            {
                // Another port, then.
            }
        }
    }

    public async Task<Traffic> ReadAsync()
    {
        // The log is written by another process: a request of our own, recognised when it arrives, tells that all before it are there.
        var marker = $"/v2/?marker={Interlocked.Increment(ref _markers)}";
        using var answer = await Client.GetAsync(new Uri($"http://{Host}{marker}"));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (true)
        {
            var lines = await File.ReadAllLinesAsync(_folder["access.log"], limit.Token);
            if (lines.Any(line => line.StartsWith(marker + " ", StringComparison.Ordinal)))
            {
                var entries = lines.Select(line => line.Split(' ')).Where(entry => !entry[0].StartsWith("/v2/?marker=", StringComparison.Ordinal)).ToList();
                return new Traffic(entries.Count, entries.Sum(entry => long.Parse(entry[1], CultureInfo.InvariantCulture) + long.Parse(entry[2], CultureInfo.InvariantCulture)));
            }

            await Task.Delay(20, limit.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _daemon.DisposeAsync();
        _folder.Dispose();
    }

    private static async Task<FrontProxy> StartOnceAsync(string registry, string? connectionLimit)
    {
        var folder = new TemporaryFolder();
        var host = $"127.0.0.1:{FreePort()}";
        var configuration = folder.Write("nginx.conf", $$"""
            daemon off;
            worker_processes 1;
            {{(Environment.UserName == "root" ? "user root;" : "")}}
            pid {{folder["pid"]}};
            error_log {{folder["error.log"]}};
            events { worker_connections 1024; }
            http {
              log_format traffic '$request_uri $request_length $bytes_sent';
              access_log {{folder["access.log"]}} traffic;
              client_body_temp_path {{folder["body"]}};
              proxy_temp_path {{folder["proxy"]}};
              fastcgi_temp_path {{folder["fastcgi"]}};
              uwsgi_temp_path {{folder["uwsgi"]}};
              scgi_temp_path {{folder["scgi"]}};
              client_max_body_size 0;
              keepalive_requests 100000;
              upstream registry { server {{registry}}; keepalive 64; keepalive_requests 100000; }
              server {
                listen {{host}};
                location / {
                  proxy_pass http://registry;
                  proxy_http_version 1.1;
                  proxy_set_header Connection "";
                  proxy_set_header Host $http_host;
                  proxy_request_buffering off;
                  {{(connectionLimit is null ? "proxy_buffering off;" : $"proxy_max_temp_file_size 0; limit_rate {connectionLimit};")}}
                }
              }
            }

            """);
        // limit_rate holds for buffered answers only.
        var daemon = Daemon.Start(Toolbox.Require("nginx"), ["-c", configuration, "-p", folder.Path]);
        var proxy = new FrontProxy(folder, daemon, host);
        try
        {
            await proxy.WaitAsync();
            return proxy;
        }
        catch
        {
            await proxy.DisposeAsync();
            throw;
        }
    }

    private async Task WaitAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (true)
        {
            try
            {
                using var answer = await Client.GetAsync(new Uri($"http://{Host}/v2/?marker=0"), limit.Token);
                if (answer.IsSuccessStatusCode) return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
            catch (OperationCanceledException e)
            {
                throw new InvalidOperationException($"nginx did not answer: {string.Join('\n', _daemon.Lines)}", e);
            }

            await Task.Delay(20);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
