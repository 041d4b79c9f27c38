using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Logging.Abstractions;
using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Benchmarks.Micro;

/// <summary>
/// The loop that moves a blob from a download into an upload, hashed on the way: from memory to nowhere, so that only the loop itself costs. One operation
/// is one MiB.
/// </summary>
[Config(typeof(MicroConfig))]
public class CopyLoopBenchmarks
{
    private const int Mebibytes = 64;
    private readonly byte[] _content = new byte[Mebibytes << 20];
    private MemoryRepository _source = null!;
    private Descriptor _blob = null!;

    [GlobalSetup]
    public void Setup()
    {
        new Random(1).NextBytes(_content);
        _source = new MemoryRepository(_content);
        _blob = new Descriptor("application/octet-stream", Digest.Of(_content), _content.Length);
    }

    [Benchmark(OperationsPerInvoke = Mebibytes)]
    public async Task OneConnection() => await CopyAsync(new RegistryClientOptions(), readAhead: null);

    /// <summary>As if the source were slow: everything behind the first MiBs comes in ranges.</summary>
    [Benchmark(OperationsPerInvoke = Mebibytes)]
    public async Task Ranges()
    {
        var options = new RegistryClientOptions { ReadAhead = new ReadAheadOptions { Evidence = 1 << 20, SlowShare = 0, FastEnough = double.PositiveInfinity } };
        await CopyAsync(options, new ReadAhead(options.ReadAhead));
    }

    private async Task CopyAsync(RegistryClientOptions options, ReadAhead? readAhead)
    {
        await using var reader = new BlobReader(_source, _blob, options, TimeProvider.System, NullLogger.Instance, readAhead: readAhead);
        using var progress = new CancellationTokenSource();
        using var body = new BlobContent(reader, _content.Length, options, progress);
        await body.CopyToAsync(Stream.Null);
    }
}
