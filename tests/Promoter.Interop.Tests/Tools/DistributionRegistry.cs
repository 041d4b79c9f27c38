using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Promoter.Interop.Tests.Tools;

/// <summary>CNCF Distribution (Debian's docker-registry) on a free loopback port, with its own storage and its access log kept.</summary>
public sealed partial class DistributionRegistry : IAsyncDisposable
{
    private static readonly HttpClient Client = new();

    private readonly TemporaryFolder _folder;
    private readonly Daemon _daemon;
    private int _markers;

    private DistributionRegistry(TemporaryFolder folder, Daemon daemon, string host)
    {
        _folder = folder;
        _daemon = daemon;
        Host = host;
    }

    /// <summary>Host and port as they stand in references.</summary>
    public string Host { get; }

    public int ProcessId => _daemon.ProcessId;

    /// <summary>Starts an instance; the running test is skipped where docker-registry is not installed.</summary>
    public static async Task<DistributionRegistry> StartAsync(RegistryAuthentication? authentication = null)
    {
        var program = Toolbox.Require("docker-registry");
        var folder = new TemporaryFolder();
        // Port 0 and the port that the log names: nobody can take the port in between.
        var configuration = folder.Write("config.yml", $"""
            version: 0.1
            log:
              accesslog:
                disabled: false
              level: info
              formatter: text
            storage:
              filesystem:
                rootdirectory: {folder["storage"]}
              delete:
                enabled: true
            http:
              addr: 127.0.0.1:0
            {(authentication ?? RegistryAuthentication.None).Configure(folder)}
            """);
        var daemon = Daemon.Start(program, ["serve", configuration]);
        try
        {
            var line = await daemon.WaitForLineAsync(line => Listening().IsMatch(line));
            return new DistributionRegistry(folder, daemon, Listening().Match(line).Groups["address"].Value);
        }
        catch
        {
            await daemon.DisposeAsync();
            folder.Dispose();
            throw;
        }
    }

    /// <summary>The reference of an image here, e.g. <c>registry.Reference("shop/web:1")</c>.</summary>
    public string Reference(string image) => $"{Host}/{image}";

    /// <summary>A manifest or an index, parsed.</summary>
    public async Task<JsonNode> ReadManifestAsync(string repository, string reference) => JsonNode.Parse((await GetManifestAsync(repository, reference)).Content)!;

    /// <summary>The digest that a tag points to.</summary>
    public async Task<string> DigestAsync(string repository, string tag) => (await GetManifestAsync(repository, tag)).Digest;

    public async Task<byte[]> ReadBlobAsync(string repository, string digest) => await Client.GetByteArrayAsync($"http://{Host}/v2/{repository}/blobs/{digest}");

    /// <summary>Every request that was answered before this call, in the log's order.</summary>
    public async Task<IReadOnlyList<AccessLogEntry>> ReadAccessLogAsync()
    {
        // The log is written by another process: a request of our own, recognised when it arrives, tells that all before it are there.
        var marker = $"/v2/?marker={Interlocked.Increment(ref _markers)}";
        using (await Client.GetAsync($"http://{Host}{marker}"))
        {
            await _daemon.WaitForLineAsync(line => line.Contains($"GET {marker} ", StringComparison.Ordinal));
        }

        return [.. _daemon.Lines.Select(AccessLogEntry.Parse).OfType<AccessLogEntry>().Where(entry => !entry.Query.StartsWith("marker=", StringComparison.Ordinal))];
    }

    /// <summary>The requests that <paramref name="action"/> causes here.</summary>
    public async Task<IReadOnlyList<AccessLogEntry>> RecordAsync(Func<Task> action)
    {
        var before = await ReadAccessLogAsync();
        await action();
        var after = await ReadAccessLogAsync();
        return [.. after.Skip(before.Count)];
    }

    public async ValueTask DisposeAsync()
    {
        await _daemon.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<(byte[] Content, string Digest)> GetManifestAsync(string repository, string reference)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{Host}/v2/{repository}/manifests/{reference}");
        request.Headers.TryAddWithoutValidation("Accept", Promoter.Oci.MediaTypes.AcceptedManifests);
        using var response = (await Client.SendAsync(request)).EnsureSuccessStatusCode();
        return (await response.Content.ReadAsByteArrayAsync(), response.Headers.GetValues("Docker-Content-Digest").Single());
    }

    [GeneratedRegex(@"listening on (?<address>127\.0\.0\.1:\d+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Listening();
}
