using Microsoft.Extensions.Logging.Abstractions;
using Promoter.Emulator.Faults;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;
using Promoter.Emulator.Registry;
using Promoter.Oci;
using Promoter.Promotion;
using Promoter.Registries;
using Promoter.Tests.Promotion;

namespace Promoter.Tests.Registries;

/// <summary>A download that breaks goes on where it stood.</summary>
public sealed class ResumeTests
{
    private const int Size = 300_000;

    [Theory]
    [InlineData("reset")]
    [InlineData("truncation")]
    [InlineData("stall")]
    public async Task A_broken_download_goes_on_at_the_byte_where_it_stood(string trouble)
    {
        await using var scene = await StartAsync();
        if (trouble == "stall") scene.Options = Scene.ShortTimeouts;
        var half = BodyPosition.Percent(50);
        scene.Faults.Inject(trouble switch { "reset" => Effect.Reset(half), "truncation" => Effect.Truncate(half), _ => Effect.Stall(half) }, IsLayer);

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Empty(scene.Target.FindProblems(Scene.Repository, "1.0"));
        var reads = scene.Requests.All.Where(IsLayer).ToList();
        Assert.Equal(2, reads.Count);

        // A reset may overtake bytes that were sent before it; what arrived is not asked for again.
        var from = long.Parse(reads[1].Range!["bytes=".Length..^1]);
        Assert.InRange(from, trouble == "reset" ? 1 : Size / 2, Size / 2);
        Assert.Single(scene.Requests.Where(EmulatedAction.FinishUpload), r => r.ContentLength == Size);
    }

    [Fact]
    public async Task Every_break_is_resumed_from_its_own_place_within_one_upload()
    {
        await using var scene = await StartAsync();
        for (var i = 0; i < 3; i++) scene.Faults.Inject(Effect.Truncate(BodyPosition.Byte(50_000)), IsLayer);

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Equal([null, "bytes=50000-", "bytes=100000-", "bytes=150000-"], scene.Requests.All.Where(IsLayer).Select(r => r.Range));
        Assert.Equal(Size + ConfigSize(scene), report.Images[0].BytesCopied);
    }

    [Fact]
    public async Task A_resumed_download_asks_the_registry_for_a_fresh_redirect()
    {
        await using var scene = await Scene.StartEcrAsync();
        scene.Given(new ImageBuilder().WithRandomLayer(Size, 7).Build());
        scene.Faults.Inject(Effect.Truncate(BodyPosition.Percent(50)), r => r.Action == EmulatedAction.GetLayer && r.Reference == LayerOf(scene));

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Equal(2, scene.Requests.Count(EmulatedAction.GetBlob, reference: LayerOf(scene)));
        Assert.Equal([null, $"bytes={Size / 2}-"], scene.Requests.Where(EmulatedAction.GetLayer, reference: LayerOf(scene)).Select(r => r.Range));
    }

    [Fact]
    public async Task An_expired_presigned_URL_is_replaced_by_a_new_one()
    {
        await using var scene = await Scene.StartEcrAsync();
        scene.Given(new ImageBuilder().WithRandomLayer(Size, 7).Build());
        scene.Faults.Inject(Effect.ExpiredUrl, EmulatedAction.GetBlob, times: 2);

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Empty(scene.Target.FindProblems(Scene.Repository, "1.0"));
    }

    [Fact]
    public async Task URLs_that_are_always_expired_end_as_unavailable()
    {
        await using var scene = await Scene.StartEcrAsync();
        scene.Given(SampleImages.Single("web", layers: 0));
        scene.Faults.Inject(Effect.ExpiredUrl, EmulatedAction.GetBlob, times: FaultScript.Always);

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Unavailable, report.ExitCode);
        Assert.Contains("presigned", report.Images[0].Failure!.Message);
        Assert.DoesNotContain("X-Amz", report.Images[0].Failure!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_that_ignores_Range_is_read_again_from_the_start_and_passed_over()
    {
        await using var scene = await StartAsync();
        scene.Source.Behaviour.HonoursRange = false;
        scene.Faults.Inject(Effect.Truncate(BodyPosition.Percent(50)), IsLayer);

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Empty(scene.Target.FindProblems(Scene.Repository, "1.0"));
        Assert.Single(scene.Requests.Where(EmulatedAction.FinishUpload), r => r.ContentLength == Size);
    }

    [Fact]
    public async Task A_registry_that_ignores_Range_and_stalls_while_it_is_passed_over_is_asked_again()
    {
        await using var scene = await StartAsync();
        scene.Options = Scene.ShortTimeouts;
        scene.Source.Behaviour.HonoursRange = false;
        scene.Faults.Inject(Effect.Truncate(BodyPosition.Percent(50)), IsLayer);
        scene.Faults.Inject(Effect.Stall(BodyPosition.Percent(20)), IsLayer);

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.Equal(3, scene.Requests.All.Count(IsLayer));
        Assert.Single(scene.Requests.Where(EmulatedAction.FinishUpload), r => r.ContentLength == Size);
    }

    [Theory]
    [InlineData("bytes 0-9/10")]
    [InlineData("bytes 5-9/11")]
    [InlineData("bytes 5-9/*", true)]
    [InlineData("bytes 4-9/10")]
    [InlineData("")]
    public async Task Only_the_range_that_was_asked_for_is_taken(string contentRange, bool right = false)
    {
        var content = "0123456789"u8.ToArray();
        await using var server = await StubServer.StartAsync(async context =>
        {
            context.Response.StatusCode = 206;
            if (contentRange.Length > 0) context.Response.Headers.ContentRange = contentRange;
            await context.Response.Body.WriteAsync(content.AsMemory(5));
        });
        using var clients = StubServer.Clients();
        var opening = clients.Repository(server.Host, "x", Side.Source).OpenBlobAsync(new Descriptor("", Digest.Of(content), 10), 5, TestContext.Current.CancellationToken);

        if (right)
        {
            Assert.Equal("56789", await new StreamReader(await opening).ReadToEndAsync(TestContext.Current.CancellationToken));
        }
        else
        {
            var error = await Assert.ThrowsAsync<RegistryException>(() => opening);
            Assert.Equal(RegistryFault.Corrupt, error.Fault);
        }
    }

    [Fact]
    public async Task Wrong_content_names_both_digests_and_nothing_is_tagged()
    {
        await using var scene = await StartAsync();
        scene.Faults.Inject(Effect.WrongBytes(BodyPosition.Percent(50)), IsLayer, times: FaultScript.Always);

        var report = await scene.PromoteAsync();

        var failure = Assert.IsType<RegistryException>(report.Images[0].Failure);
        Assert.Equal(RegistryFault.Corrupt, failure.Fault);
        Assert.False(failure.IsTransient);
        Assert.Contains(LayerOf(scene), failure.Message);
        Assert.Equal(2, System.Text.RegularExpressions.Regex.Matches(failure.Message, "sha256:[0-9a-f]{64}").Select(m => m.Value).Distinct().Count());
        Assert.Null(scene.Target.DigestOf(Scene.Repository, "1.0"));
        Assert.DoesNotContain(LayerOf(scene), scene.Target.BlobsOf(Scene.Repository));
        Assert.Equal(2, scene.Requests.All.Count(IsLayer));
    }

    [Fact]
    public async Task The_last_bytes_of_wrong_content_are_never_given_out()
    {
        var wrong = new byte[1000];
        await using var server = await StubServer.StartAsync(context => context.Response.Body.WriteAsync(wrong).AsTask());
        using var clients = StubServer.Clients();
        var blob = new Descriptor("", Digest.Of("what was meant"u8), wrong.Length);
        await using var reader = new BlobReader(clients.Repository(server.Host, "x", Side.Source), blob, Scene.FastRetries, TimeProvider.System, NullLogger.Instance);
        await ReadAsync(reader, 999);

        var error = await Assert.ThrowsAsync<RegistryException>(() => ReadAsync(reader, 1));

        Assert.Equal(RegistryFault.Corrupt, error.Fault);
        Assert.Equal(Side.Source, error.Side);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task A_blob_of_another_length_than_the_manifest_says_is_not_stored(int delta)
    {
        await using var scene = await StartAsync();
        scene.Faults.Inject(Effect.WrongLength(delta), IsLayer, times: FaultScript.Always);

        var report = await scene.PromoteAsync();

        Assert.Equal(RegistryFault.Corrupt, Assert.IsType<RegistryException>(report.Images[0].Failure).Fault);
        Assert.Contains($"{Size}", report.Images[0].Failure!.Message);
        Assert.Null(scene.Target.DigestOf(Scene.Repository, "1.0"));
    }

    [Fact]
    public async Task Damage_on_the_way_heals_with_a_second_reading()
    {
        await using var scene = await StartAsync();
        scene.Faults.Inject(Effect.WrongBytes(BodyPosition.LastByte), IsLayer);

        Assert.Equal(ExitCode.Done, (await scene.PromoteAsync()).ExitCode);
        Assert.Empty(scene.Target.FindProblems(Scene.Repository, "1.0"));
    }

    [Fact]
    public async Task A_blob_that_is_not_at_the_source_is_missing_there()
    {
        await using var scene = await StartAsync();
        scene.Source.RemoveBlob(Scene.Repository, LayerOf(scene));

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.MissingAtSource, report.ExitCode);
        Assert.Contains(LayerOf(scene), report.Images[0].Failure!.Message);
    }

    [Fact]
    public async Task A_source_that_gives_a_byte_per_connection_is_given_up()
    {
        await using var scene = await StartAsync();
        scene.Faults.Inject(Effect.Truncate(BodyPosition.Byte(1)), IsLayer, times: FaultScript.Always);

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Unavailable, report.ExitCode);
        Assert.Equal(1 + scene.Options.Retries, scene.Requests.All.Count(IsLayer));
    }

    [Fact]
    public async Task A_source_that_breaks_often_but_gets_on_may_break_as_often_as_it_likes()
    {
        await using var scene = await Scene.StartAsync();
        scene.Given(new ImageBuilder().WithLayer(new SyntheticBlob(12 * 1024 * 1024)).Build());
        scene.Faults.Inject(Effect.Truncate(BodyPosition.Byte((1024 * 1024) + 1)), r => r.Action == EmulatedAction.GetBlob && r.Reference == LayerOf(scene), times: FaultScript.Always);

        var report = await scene.PromoteAsync();

        Assert.Equal(ExitCode.Done, report.ExitCode);
        Assert.InRange(scene.Requests.Count(EmulatedAction.GetBlob, reference: LayerOf(scene)), 12, 13);
    }

    [Fact]
    public async Task Going_back_reads_again_without_hashing_again()
    {
        var content = Enumerable.Range(0, 1000).Select(i => (byte)i).ToArray();
        await using var server = await StubServer.StartAsync(async context =>
        {
            var from = context.Request.Headers.Range.Count == 0 ? 0 : int.Parse(context.Request.Headers.Range.ToString()["bytes=".Length..^1]);
            if (from > 0)
            {
                context.Response.StatusCode = 206;
                context.Response.Headers.ContentRange = $"bytes {from}-999/1000";
            }

            await context.Response.Body.WriteAsync(content.AsMemory(from));
        });
        using var clients = StubServer.Clients();
        var blob = new Descriptor("", Digest.Of(content), content.Length);
        await using var reader = new BlobReader(clients.Repository(server.Host, "x", Side.Source), blob, Scene.FastRetries, TimeProvider.System, NullLogger.Instance);

        var first = await ReadAsync(reader, 600);
        await reader.SeekAsync(250);
        var rest = await ReadAsync(reader, 750);

        Assert.Equal(content[..600], first);
        Assert.Equal(content[250..], rest);
        Assert.Equal(0, await reader.ReadAsync(new byte[1], TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => reader.SeekAsync(1001));
    }

    private static async Task<byte[]> ReadAsync(BlobReader reader, int count)
    {
        var buffer = new byte[count];
        for (var filled = 0; filled < count;) filled += await reader.ReadAsync(buffer.AsMemory(filled), TestContext.Current.CancellationToken);
        return buffer;
    }

    private static async Task<Scene> StartAsync()
    {
        var scene = await Scene.StartAsync();
        scene.Given(new ImageBuilder().WithRandomLayer(Size, 7).Build());
        return scene;
    }

    private static bool IsLayer(RecordedRequest request) => request.Action == EmulatedAction.GetBlob && request.Reference == Layer;

    private static readonly string Layer = new ImageBuilder().WithRandomLayer(Size, 7).Build().Blobs.Single(b => b.Value.Length == Size).Key;

    private static string LayerOf(Scene scene) => scene.Source.ManifestOf(Scene.Repository, "1.0")!.Blobs[^1].Digest;

    private static long ConfigSize(Scene scene) => scene.Source.ManifestOf(Scene.Repository, "1.0")!.Blobs[0].Size;
}
