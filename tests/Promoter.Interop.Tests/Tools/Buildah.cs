namespace Promoter.Interop.Tests.Tools;

/// <summary>buildah with its own storage: builds images as build pipelines do, without a daemon and without mounts.</summary>
public sealed class Buildah : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ExternalProgram _program;

    public Buildah()
    {
        Toolbox.RequireRoot();
        _program = new ExternalProgram(Toolbox.Require("buildah"));
        _program.Environment["STORAGE_DRIVER"] = "vfs";
        _program.Environment["BUILDAH_ISOLATION"] = "chroot";
    }

    /// <summary>Builds an index with one image for each platform, each with layers of its own, and pushes it whole under the reference.</summary>
    /// <param name="reference">Where to push it.</param>
    /// <param name="images">The images of the index.</param>
    /// <param name="credentials">user:password, where the registry asks.</param>
    /// <param name="format"><c>oci</c>, or <c>v2s2</c> for Docker's manifest list and schema 2.</param>
    public async Task PushIndexAsync(string reference, IReadOnlyList<ImageContent> images, string? credentials = null, string format = "oci")
    {
        var name = $"index-{Guid.NewGuid():N}";
        await RunAsync("manifest", "create", name);
        foreach (var image in images)
        {
            await RunAsync("manifest", "add", name, await CommitAsync(image, format));
        }

        await RunAsync(["manifest", "push", "--all", "--format", format, "--tls-verify=false", .. Credentials(credentials), name, $"docker://{reference}"]);
    }

    /// <summary>Builds one image and pushes it under the reference.</summary>
    public async Task PushImageAsync(string reference, ImageContent image, string? credentials = null) =>
        await RunAsync(["push", "--tls-verify=false", .. Credentials(credentials), await CommitAsync(image, "oci"), $"docker://{reference}"]);

    public void Dispose() => _folder.Dispose();

    private async Task<string> CommitAsync(ImageContent image, string format)
    {
        // A commit adds one layer, so each further layer is built on the image before it.
        var id = "scratch";
        foreach (var layer in image.Layers)
        {
            var container = await RunAsync("from", "--pull-never", id);
            await RunAsync("copy", container, layer, "/");
            await RunAsync("config", "--os", image.OperatingSystem, "--arch", image.Architecture, "--entrypoint", image.EntryPoint, container);
            id = await RunAsync("commit", "--quiet", "--rm", "--format", format == "oci" ? "oci" : "docker", container);
        }

        return id;
    }

    private async Task<string> RunAsync(params IEnumerable<string> arguments) =>
        (await _program.RunAsync(["--root", _folder["storage"], "--runroot", _folder["run"], .. arguments])).Text.Trim();

    private static string[] Credentials(string? credentials) => credentials is null ? [] : ["--creds", credentials];
}
