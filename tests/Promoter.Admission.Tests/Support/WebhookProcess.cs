using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Promoter.Emulator;
using Promoter.Interop.Tests.Tools;

namespace Promoter.Admission.Tests.Support;

/// <summary>The built program as a child process between two emulated registries, cut off from whatever the machine has configured.</summary>
internal sealed partial class WebhookProcess : IAsyncDisposable
{
    public const string TargetHost = "target.example";

    private readonly TemporaryFolder _home = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler());
    private readonly bool _ownsRegistries;
    private Daemon _daemon = null!;

    private WebhookProcess(EmulatedRegistry source, EmulatedRegistry target, bool ownsRegistries) => (Source, Target, _ownsRegistries) = (source, target, ownsRegistries);

    public EmulatedRegistry Source { get; }

    public EmulatedRegistry Target { get; }

    public Uri Url { get; private set; } = null!;

    public Uri OperationsUrl { get; private set; } = null!;

    public int ProcessId => _daemon.ProcessId;

    public string Output => string.Join('\n', _daemon.Lines);

    /// <param name="admission">More of the configuration file, from <c>admission:</c> on.</param>
    /// <param name="environment">Variables, beside a home of its own.</param>
    public static async Task<WebhookProcess> StartAsync(string admission = "", IReadOnlyDictionary<string, string>? environment = null, params string[] arguments)
    {
        var (source, target) = (await EmulatedRegistry.StartAsync(new RegistryOptions { Name = "source" }), await EmulatedRegistry.StartAsync(new RegistryOptions { Name = "target" }));
        return await StartAsync(new WebhookProcess(source, target, ownsRegistries: true), admission, environment, arguments);
    }

    /// <summary>One of several replicas between the same registries.</summary>
    public static Task<WebhookProcess> StartAsync(EmulatedRegistry source, EmulatedRegistry target, string admission, IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        StartAsync(new WebhookProcess(source, target, ownsRegistries: false), admission, environment, arguments);

    private static async Task<WebhookProcess> StartAsync(WebhookProcess process, string admission, IReadOnlyDictionary<string, string>? environment, string[] arguments)
    {
        var config = process._home.Write("config.yaml", $"""
            apiVersion: promoter.dev/v1alpha1
            kind: PromotionConfig
            rules:
            - name: shop
              source: source.example
              target: {TargetHost}
              tags: {"{"} mayMove: ["moving"] {"}"}
            registries:
            - {"{"} host: source.example, endpoint: "{process.Source.Endpoint}" {"}"}
            - {"{"} host: {TargetHost}, endpoint: "{process.Target.Endpoint}" {"}"}
            {admission}
            """);
        var variables = new Dictionary<string, string>(environment ?? new Dictionary<string, string>(), StringComparer.Ordinal)
        {
            ["HOME"] = process._home.Path,
            ["DOCKER_CONFIG"] = process._home.Path,
            ["AWS_EC2_METADATA_DISABLED"] = "true",
        };
        string[] listen = ["serve", "--config", config, "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0", "--shutdown-delay", "0s"];
        process._daemon = Daemon.Start(Toolbox.Find("dotnet")!, [Path.Combine(AppContext.BaseDirectory, "promoter-admission.dll"), .. listen, .. arguments], variables);
        var ready = await process._daemon.WaitForLineAsync(line => line.Contains("reviews are answered at", StringComparison.Ordinal));
        var addresses = Address.Matches(ready);
        (process.Url, process.OperationsUrl) = (new Uri(addresses[0].Value), new Uri(addresses[1].Value));
        return process;
    }

    /// <param name="traceParent">The caller's span, as the API server sends it where it traces.</param>
    public async Task<ReviewAnswer> ReviewAsync(JsonObject review, string? traceParent = null, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Url, "/mutate?timeout=30s"));
        request.Content = new StringContent(review.ToJsonString(), Encoding.UTF8, "application/json");
        if (traceParent is not null) request.Headers.Add("traceparent", traceParent);
        using var answer = await _http.SendAsync(request, cancellationToken);
        return ReviewAnswer.Read(await answer.Content.ReadAsStringAsync(cancellationToken));
    }

    public Task<string> GetAsync(string path) => _http.GetStringAsync(new Uri(OperationsUrl, path));

    /// <summary>Ends it as a node's death does.</summary>
    public void Kill()
    {
        using var process = System.Diagnostics.Process.GetProcessById(ProcessId);
        process.Kill();
    }

    public async ValueTask DisposeAsync()
    {
        await _daemon.DisposeAsync();
        _http.Dispose();
        if (_ownsRegistries)
        {
            await Source.DisposeAsync();
            await Target.DisposeAsync();
        }

        _home.Dispose();
    }

    [GeneratedRegex(@"https?://[0-9.:]+")]
    private static partial Regex Address { get; }
}
