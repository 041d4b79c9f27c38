using Promoter.Interop.Tests.Tools;

namespace Promoter.Interop.Tests.Copying;

/// <summary>A genuine two-platform index, built by buildah, of which containerd can run this machine's half.</summary>
public sealed class TwoPlatformImage : IDisposable
{
    private readonly Buildah _buildah = new();
    private readonly TemporaryFolder _content = new();

    /// <summary>Builds the index anew and pushes it; each call makes another image.</summary>
    public async Task PushAsync(string reference, string? credentials = null, string format = "oci")
    {
        var root = _content[$"root-{Guid.NewGuid():N}"];
        await RootFileSystem.CreateAsync(root, "/usr/bin/echo");
        var layer = Path.GetDirectoryName(_content.Write($"layer-{Guid.NewGuid():N}/build", $"{Guid.NewGuid()}\n"))!;
        var other = Path.GetDirectoryName(_content.Write($"other-{Guid.NewGuid():N}/greeting", $"never run here {Guid.NewGuid()}\n"))!;

        await _buildah.PushIndexAsync(
            reference,
            [
                new ImageContent("linux", RootFileSystem.Architecture, [root, layer]) { EntryPoint = """["/usr/bin/echo"]""" },
                new ImageContent("linux", RootFileSystem.OtherArchitecture, [other, layer]),
            ],
            credentials,
            format);
    }

    public void Dispose()
    {
        _buildah.Dispose();
        _content.Dispose();
    }
}
