using System.Text.RegularExpressions;
using Promoter.Tests.Architecture;

namespace Promoter.Tests.Repository;

/// <summary>Layers are bytes to us: whoever cannot decompress cannot be given a decompression bomb.</summary>
public sealed partial class DecompressionTests
{
    // Answers of the cluster's API server, which is trusted, come compressed.
    private const string ApiServer = "src/Shared/Kubernetes/KubernetesHandlers.cs";

    [Fact]
    public void No_content_of_a_registry_is_decompressed_or_unpacked()
    {
        var found =
            from file in SourceTree.Files("src").Where(file => file.EndsWith(".cs", StringComparison.Ordinal) && file != ApiServer)
            from Match match in Unpacking().Matches(File.ReadAllText(Path.Combine(SourceTree.Root, file)))
            select $"{file}: {match.Value}";

        Assert.Empty(found);
    }

    [GeneratedRegex(@"System\.IO\.Compression|System\.Formats\.Tar|\b(GZipStream|DeflateStream|BrotliStream|ZLibStream|ZipArchive|ZipFile|TarReader|TarFile)\b|DecompressionMethods\.(?!None)\w+", RegexOptions.ExplicitCapture)]
    private static partial Regex Unpacking();
}
