using Promoter.Emulator;
using Promoter.Emulator.Registry;

namespace Promoter.Interop.Tests.Emulator;

/// <summary>Runs alone: what is allocated is counted for the whole process.</summary>
[CollectionDefinition(nameof(LargeBlobTests), DisableParallelization = true)]
[Collection(nameof(LargeBlobTests))]
public sealed class LargeBlobTests
{
    private static readonly HttpClient Client = new(new SocketsHttpHandler { UseProxy = false });

    [Fact]
    public async Task A_layer_of_one_gibibyte_passes_through_two_registries_without_being_held()
    {
        const long size = 1L << 30;
        await using var source = await EmulatedRegistry.StartAsync();
        await using var target = await EmulatedRegistry.StartAsync(new RegistryOptions { Behaviour = new RegistryBehaviour { KeepBlobsUpTo = 0 } });
        var layer = new SyntheticBlob(size, seed: 3);
        source.AddBlob("big", layer.Digest, layer);
        var before = GC.GetTotalAllocatedBytes();

        using var get = await Client.GetAsync(new Uri(source.Endpoint, $"/v2/big/blobs/{layer.Digest}"), HttpCompletionOption.ResponseHeadersRead);
        using var post = await Client.PostAsync(new Uri(target.Endpoint, "/v2/big/blobs/uploads/"), null);
        using var body = new StreamContent(await get.Content.ReadAsStreamAsync());
        body.Headers.ContentLength = size;
        using var put = await Client.PutAsync(new Uri($"{post.Headers.Location}?digest={layer.Digest}"), body);

        Assert.Equal(System.Net.HttpStatusCode.Created, put.StatusCode);
        Assert.Equal([layer.Digest], target.BlobsOf("big"));
        Assert.Equal(size, target.Requests.All[^1].BytesReceived);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, size / 8);
    }
}
