using Promoter.Interop.Tests.Tools;

namespace Promoter.Interop.Tests.Images;

/// <summary>
/// A base image as the chiselled ones are, assembled from Debian's packages: the libraries that .NET loads, certificate authorities, a user, no shell. The real
/// ones cannot be had without a network.
/// </summary>
internal static class BaseImage
{
    private static readonly string Packages = Path.Combine(Toolbox.RepositoryRoot, ".cache", "tools", "base");

    /// <summary>Pushes it; the running test is skipped where the packages are not there.</summary>
    public static async Task PushAsync(string reference)
    {
        using var folder = new TemporaryFolder();
        using var buildah = new Buildah();
        await buildah.PushImageAsync(reference, new("linux", RootFileSystem.Architecture, [await UnpackAsync(folder)]));
    }

    /// <summary>Pushes an index: the base image, and for another architecture a layer that marks it, since nothing here could run that one.</summary>
    public static async Task PushIndexAsync(string reference)
    {
        using var folder = new TemporaryFolder();
        using var buildah = new Buildah();
        folder.Write("other/etc/architecture", RootFileSystem.OtherArchitecture);
        await buildah.PushIndexAsync(reference, [
            new("linux", RootFileSystem.Architecture, [await UnpackAsync(folder)]),
            new("linux", RootFileSystem.OtherArchitecture, [folder["other"]])]);
    }

    private static async Task<string> UnpackAsync(TemporaryFolder folder)
    {
        var packages = Directory.Exists(Packages) ? Directory.GetFiles(Packages, "*.deb") : [];
        Assert.SkipWhen(packages.Length == 0, "The packages of the base image are not there: run eng/install-tools.sh (on Debian).");
        var root = folder["root"];
        var unpack = new ExternalProgram(Toolbox.Require("dpkg-deb"));
        foreach (var package in packages) await unpack.RunAsync("-x", package, root);

        Directory.Delete(Path.Combine(root, "usr/share/doc"), recursive: true);
        Directory.Delete(Path.Combine(root, "usr/sbin"), recursive: true);
        folder.Write("root/etc/passwd", "root:x:0:0:root:/root:/sbin/nologin\napp:x:1654:1654::/home/app:/sbin/nologin\n");
        folder.Write("root/etc/group", "root:x:0:\napp:x:1654:\n");
        // What the package's own script would make of the single files.
        var authorities = Directory.EnumerateFiles(Path.Combine(root, "usr/share/ca-certificates/mozilla"), "*.crt").Order(StringComparer.Ordinal);
        folder.Write("root/etc/ssl/certs/ca-certificates.crt", string.Concat(authorities.Select(File.ReadAllText)));
        return root;
    }
}
