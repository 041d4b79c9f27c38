namespace Promoter.Interop.Tests.Tools;

/// <summary>A containerd of our own, with its own root, state and socket: the consumer that pulls what was promoted.</summary>
public sealed class Containerd : IAsyncDisposable
{
    // containerd's defaults; ctr cannot drop "all".
    private static readonly string[] Capabilities =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD", "CAP_NET_RAW", "CAP_SETGID", "CAP_SETUID", "CAP_SETFCAP", "CAP_SETPCAP",
        "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL", "CAP_AUDIT_WRITE",
    ];

    private readonly TemporaryFolder _folder;
    private readonly Daemon _daemon;
    private readonly ExternalProgram _ctr;

    private Containerd(TemporaryFolder folder, Daemon daemon, string ctr)
    {
        _folder = folder;
        _daemon = daemon;
        _ctr = new ExternalProgram(ctr);
    }

    private string[] Connection => ["--address", _folder["containerd.sock"], "--namespace", "promoter"];

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

    /// <summary>
    /// Runs a pulled image as a pod with Kubernetes' restricted security context runs it: the image's own user, a root file system that cannot be written, no
    /// capabilities, the default seccomp profile; and on the host's network, so that it reaches loopback.
    /// </summary>
    /// <param name="reference">The image.</param>
    /// <param name="folder">Seen read-only as /etc/promoter; null: none.</param>
    /// <param name="arguments">The command with its arguments.</param>
    public async Task<ProgramResult> TryRunRestrictedAsync(string reference, string? folder, params string[] arguments) =>
        await _ctr.TryRunAsync(Restricted(reference, $"run-{Guid.NewGuid():N}", folder, arguments));

    /// <summary>The same, for a program that goes on until it is disposed.</summary>
    public RestrictedContainer StartRestricted(string reference, string? folder, params string[] arguments)
    {
        var id = $"run-{Guid.NewGuid():N}";
        return new RestrictedContainer(Daemon.Start(_ctr.Path, Restricted(reference, id, folder, arguments)), () => CtrAsync(["task", "kill", "--signal", "SIGTERM", id]));
    }

    public async ValueTask DisposeAsync()
    {
        await _daemon.DisposeAsync();
        _folder.Dispose();
    }

    private IEnumerable<string> Restricted(string reference, string id, string? folder, string[] arguments) =>
    [
        .. Connection, "run", "--rm", "--snapshotter", "native", "--read-only", "--net-host", "--seccomp", .. Capabilities.SelectMany(c => new[] { "--cap-drop", c }),
        .. folder is null ? [] : new[] { "--mount", $"type=bind,src={folder},dst=/etc/promoter,options=rbind:ro" }, reference, id, .. arguments,
    ];

    private async Task<string> CtrAsync(IEnumerable<string> arguments) => (await _ctr.RunAsync([.. Connection, .. arguments])).Text;
}
