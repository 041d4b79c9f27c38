namespace Promoter.Interop.Tests.Tools;

/// <summary>A containerd of our own, with its own root, state and socket: the consumer that pulls what was promoted.</summary>
public sealed class Containerd : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly Daemon _daemon;
    private readonly ExternalProgram _ctr;

    private Containerd(TemporaryFolder folder, Daemon daemon, string ctr)
    {
        _folder = folder;
        _daemon = daemon;
        _ctr = new ExternalProgram(ctr);
    }

    /// <summary>Starts it; the running test is skipped where containerd is not installed or not permitted.</summary>
    public static async Task<Containerd> StartAsync()
    {
        Toolbox.RequireRoot();
        var program = Toolbox.Require("containerd");
        var ctr = Toolbox.Require("ctr");
        Toolbox.Require("runc");
        var folder = new TemporaryFolder();
        var configuration = folder.Write("config.toml", $"""
            version = 2
            root = "{folder["root"]}"
            state = "{folder["state"]}"
            disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt"]
            [grpc]
              address = "{folder["containerd.sock"]}"
            """);
        var daemon = Daemon.Start(program, ["--config", configuration]);
        try
        {
            await daemon.WaitForLineAsync(line => line.Contains("successfully booted", StringComparison.Ordinal));
            return new Containerd(folder, daemon, ctr);
        }
        catch
        {
            await daemon.DisposeAsync();
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Pulls an image, every platform of it, over plain HTTP, and unpacks this machine's.</summary>
    public Task PullAsync(string reference, string? credentials = null) => CtrAsync(
        ["image", "pull", "--plain-http", "--all-platforms", "--snapshotter", "native", .. credentials is null ? [] : new[] { "--user", credentials }, reference]);

    /// <summary>The digest that a pulled image has.</summary>
    public async Task<string> DigestAsync(string reference)
    {
        // REF TYPE DIGEST SIZE PLATFORMS LABELS
        var listing = await CtrAsync(["image", "ls", $"name=={reference}"]);
        var row = listing.Split('\n').Single(line => line.StartsWith(reference + " ", StringComparison.Ordinal));
        return row.Split(' ', StringSplitOptions.RemoveEmptyEntries)[2];
    }

    /// <summary>Runs a pulled image and returns what it prints.</summary>
    public Task<string> RunAsync(string reference, params string[] arguments) =>
        CtrAsync(["run", "--rm", "--snapshotter", "native", reference, $"run-{Guid.NewGuid():N}", .. arguments]);

    public async ValueTask DisposeAsync()
    {
        await _daemon.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<string> CtrAsync(IEnumerable<string> arguments) =>
        (await _ctr.RunAsync(["--address", _folder["containerd.sock"], "--namespace", "promoter", .. arguments])).Text;
}
