using System.Text;
using Promoter.Copying;
using Promoter.Oci;
using Promoter.Promotion;

namespace Promoter.Tests.Promotion;

public sealed class MissingManifestsTests
{
    private static readonly Descriptor First = new("application/octet-stream", Digest.Of("1"u8), 1);
    private static readonly Descriptor Second = new("application/octet-stream", Digest.Of("2"u8), 1);
    private readonly Manifest _one = Image(First);
    private readonly Manifest _two = Image(Second);
    private readonly List<Digest> _asked = [];

    [Fact]
    public async Task With_every_blob_missing_nothing_need_be_asked()
    {
        var missing = await FindAsync([First, Second], present: []);

        Assert.Equal(3, missing.Count);
        Assert.Empty(_asked);
    }

    [Fact]
    public async Task A_missing_blob_makes_its_manifest_and_everything_above_it_missing()
    {
        var missing = await FindAsync([First], present: [_two]);

        Assert.Equal([_one.Digest], missing.Take(1).Select(m => m.Digest));
        Assert.Equal(2, missing.Count);
        Assert.Equal([_two.Digest], _asked);
    }

    [Fact]
    public async Task With_every_blob_there_each_manifest_is_asked_for()
    {
        var missing = await FindAsync([], present: [_one, _two]);

        Assert.Single(missing);
        Assert.True(missing[0].IsIndex);
        Assert.Equal(3, _asked.Count);
    }

    private static Manifest Image(Descriptor layer) => Read($$"""{"schemaVersion":2,"layers":[{{Json(layer)}}]}""");

    private static Manifest Read(string json) => ManifestReader.Read(Encoding.UTF8.GetBytes(json));

    private static string Json(Descriptor d) => $$"""{"mediaType":"{{d.MediaType}}","digest":"{{d.Digest}}","size":{{d.Size}}}""";

    private async Task<IReadOnlyList<Manifest>> FindAsync(IReadOnlyList<Descriptor> missingBlobs, IReadOnlyList<Manifest> present)
    {
        var index = Read($$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciIndex}}","manifests":[{{Json(_one.ToDescriptor())}},{{Json(_two.ToDescriptor())}}]}""");
        var closure = new ImageClosure { Root = index, Manifests = [_one, _two, index], Blobs = [First, Second] };
        return await MissingManifests.FindAsync(
            closure,
            missingBlobs,
            (digests, _) =>
            {
                _asked.AddRange(digests);
                return Task.FromResult<IReadOnlySet<Digest>>(present.Select(m => m.Digest).ToHashSet());
            },
            TestContext.Current.CancellationToken);
    }
}
