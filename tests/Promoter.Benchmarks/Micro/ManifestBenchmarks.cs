using System.Text;
using BenchmarkDotNet.Attributes;
using Promoter.Oci;

namespace Promoter.Benchmarks.Micro;

/// <summary>Manifests from bytes, their digest included: an image of twelve layers, an index of eight platforms.</summary>
[Config(typeof(MicroConfig))]
public class ManifestBenchmarks
{
    private readonly byte[] _image = Encoding.UTF8.GetBytes(
        $$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{{Descriptor("config.v1+json", 0)}},"layers":[{{string.Join(',', Enumerable.Range(1, 12).Select(n => Descriptor("layer.v1.tar+gzip", n)))}}]}""");

    private readonly byte[] _index = Encoding.UTF8.GetBytes(
        $$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{{string.Join(',', Enumerable.Range(1, 8).Select(n => Descriptor("manifest.v1+json", n, ""","platform":{"architecture":"amd64","os":"linux"}""")))}}]}""");

    [Benchmark]
    public Manifest Image() => ManifestReader.Read(_image);

    [Benchmark]
    public Manifest Index() => ManifestReader.Read(_index);

    private static string Descriptor(string type, int number, string more = "") =>
        $$"""{"mediaType":"application/vnd.oci.image.{{type}}","digest":"sha256:{{number:x64}}","size":{{1000 + number}}{{more}}}""";
}
