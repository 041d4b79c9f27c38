using System.Net;
using Promoter.Emulator;
using Promoter.Emulator.Faults;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;
using Promoter.Emulator.Registry;

namespace Promoter.Interop.Tests.Emulator;

public sealed class FaultScriptTests
{
    private static readonly HttpClient Client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero });
    private static readonly byte[] Bytes = [.. Enumerable.Range(0, 200_000).Select(i => (byte)(i * 31))];
    private static readonly string Digest = ContentDigest.Of(Bytes);

    public static TheoryData<string> Positions => ["start", "one", "half", "last"];

    [Theory]
    [MemberData(nameof(Positions))]
    public async Task A_truncated_answer_breaks_off_at_its_byte_and_only_once(string position)
    {
        await using var registry = await StartAsync();
        var fault = registry.Faults.Inject(Effect.Truncate(At(position)), EmulatedAction.GetBlob);

        var (read, failed) = await ReadAsync(registry);
        var (again, failedAgain) = await ReadAsync(registry);

        Assert.True(failed);
        Assert.Equal(position switch { "start" => 0, "one" => 1, "half" => Bytes.Length / 2, _ => Bytes.Length - 1 }, read.Length);
        Assert.Equal(Bytes[..read.Length], read);
        Assert.False(failedAgain);
        Assert.Equal(Bytes, again);
        Assert.Equal(1, fault.Hits);
    }

    [Theory]
    [MemberData(nameof(Positions))]
    public async Task A_reset_breaks_the_connection_in_either_direction(string position)
    {
        await using var registry = await StartAsync();
        registry.Faults.Inject(Effect.Reset(At(position)), EmulatedAction.GetBlob);
        registry.Faults.Inject(Effect.Reset(At(position)), EmulatedAction.WriteChunk);
        using var post = await Client.PostAsync(new Uri(registry.Endpoint, "/v2/shop/web/blobs/uploads/"), null);

        var (_, failed) = await ReadAsync(registry);
        var patch = Client.PatchAsync(post.Headers.Location, new ByteArrayContent(Bytes));

        Assert.True(failed);
        await Assert.ThrowsAsync<HttpRequestException>(() => patch);
        var record = await registry.Requests.WaitForAsync(r => r.Action == EmulatedAction.WriteChunk, TestContext.Current.CancellationToken);
        Assert.Equal(0, record.Status);
        Assert.StartsWith("Reset", record.Fault);
    }

    [Fact]
    public async Task Wrong_bytes_arrive_whole_but_differ()
    {
        await using var registry = await StartAsync();
        registry.Faults.Inject(Effect.WrongBytes(BodyPosition.Percent(50)), EmulatedAction.GetBlob);

        var (read, failed) = await ReadAsync(registry);

        Assert.False(failed);
        Assert.Equal(Bytes.Length, read.Length);
        Assert.Equal([Bytes.Length / 2], Enumerable.Range(0, read.Length).Where(i => read[i] != Bytes[i]));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task Wrong_length_is_announced_and_sent(int delta)
    {
        await using var registry = await StartAsync();
        registry.Faults.Inject(Effect.WrongLength(delta), EmulatedAction.GetBlob);

        var (read, failed) = await ReadAsync(registry);

        Assert.False(failed);
        Assert.Equal(Bytes.Length + delta, read.Length);
    }

    [Fact]
    public async Task An_answer_lost_after_the_commit_leaves_the_blob_behind()
    {
        await using var registry = await EmulatedRegistry.StartAsync();
        registry.Faults.Inject(Effect.AnswerLost, EmulatedAction.FinishUpload);
        using var post = await Client.PostAsync(new Uri(registry.Endpoint, "/v2/shop/web/blobs/uploads/"), null);

        await Assert.ThrowsAsync<HttpRequestException>(() => Client.PutAsync(new Uri($"{post.Headers.Location}?digest={Digest}"), new ByteArrayContent(Bytes)));

        Assert.Equal([Digest], registry.BlobsOf("shop/web"));
    }

    [Fact]
    public async Task Bytes_that_were_changed_on_their_way_up_are_refused()
    {
        await using var registry = await EmulatedRegistry.StartAsync();
        registry.Faults.Inject(Effect.WrongBytes(BodyPosition.LastByte), EmulatedAction.FinishUpload);
        using var post = await Client.PostAsync(new Uri(registry.Endpoint, "/v2/shop/web/blobs/uploads/"), null);

        using var put = await Client.PutAsync(new Uri($"{post.Headers.Location}?digest={Digest}"), new ByteArrayContent(Bytes));

        Assert.Equal(HttpStatusCode.BadRequest, put.StatusCode);
        Assert.Empty(registry.BlobsOf("shop/web"));
    }

    [Fact]
    public async Task Statuses_carry_retry_after_and_hit_the_requests_that_they_are_meant_for()
    {
        await using var registry = await StartAsync();
        registry.Faults.Inject(Effect.Status(503, TimeSpan.FromSeconds(7)), EmulatedAction.GetBlob, repository: "shop/web", first: 2, times: 2);

        var statuses = new List<(HttpStatusCode, TimeSpan?)>();
        for (var i = 0; i < 4; i++)
        {
            using var answer = await Client.GetAsync(Blob(registry));
            statuses.Add((answer.StatusCode, answer.Headers.RetryAfter?.Delta));
        }

        Assert.Equal([(HttpStatusCode.OK, null), (HttpStatusCode.ServiceUnavailable, TimeSpan.FromSeconds(7)), (HttpStatusCode.ServiceUnavailable, TimeSpan.FromSeconds(7)), (HttpStatusCode.OK, null)], statuses);
    }

    [Fact]
    public async Task An_expired_url_is_handed_out_once_and_refused_by_the_layer_host()
    {
        await using var aws = await EmulatedAws.StartAsync();
        var image = aws.Source.Push("shop/web", SampleImages.Single("web"), "1");
        aws.Faults.Inject(Effect.ExpiredUrl, EmulatedAction.GetBlob);
        var statuses = new List<HttpStatusCode>();

        for (var i = 0; i < 2; i++)
        {
            using var get = new HttpRequestMessage(HttpMethod.Get, new Uri(aws.Source.Endpoint, $"/v2/shop/web/blobs/{image.Blobs.First().Key}"));
            get.Headers.Authorization = new("Basic", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"AWS:{aws.IssueToken()}")));
            using var redirect = await Client.SendAsync(get);
            using var layer = await Client.GetAsync(redirect.Headers.Location);
            statuses.Add(layer.StatusCode);
        }

        Assert.Equal([HttpStatusCode.Forbidden, HttpStatusCode.OK], statuses);
    }

    [Fact]
    public async Task A_stalled_request_ends_when_the_client_gives_up()
    {
        await using var registry = await StartAsync();
        registry.Faults.Inject(Effect.Stall(BodyPosition.Percent(50)), EmulatedAction.GetBlob);
        using var patience = new CancellationTokenSource();

        using var answer = await Client.GetAsync(Blob(registry), HttpCompletionOption.ResponseHeadersRead);
        await using var body = await answer.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[Bytes.Length / 2]);
        var next = body.ReadAsync(new byte[1], patience.Token).AsTask();
        Assert.False(next.IsCompleted);
        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }

    private static async Task<EmulatedRegistry> StartAsync()
    {
        var registry = await EmulatedRegistry.StartAsync();
        registry.AddBlob("shop/web", Digest, BlobContent.Of(Bytes));
        return registry;
    }

    private static Uri Blob(EmulatedRegistry registry) => new(registry.Endpoint, $"/v2/shop/web/blobs/{Digest}");

    private static BodyPosition At(string position) => position switch
    {
        "one" => BodyPosition.Byte(1),
        "half" => BodyPosition.Percent(50),
        "last" => BodyPosition.LastByte,
        _ => BodyPosition.Start,
    };

    private static async Task<(byte[] Read, bool Failed)> ReadAsync(EmulatedRegistry registry)
    {
        var read = new MemoryStream();
        try
        {
            using var answer = await Client.GetAsync(Blob(registry), HttpCompletionOption.ResponseHeadersRead);
            await using var body = await answer.Content.ReadAsStreamAsync();
            await body.CopyToAsync(read);
            return (read.ToArray(), false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return (read.ToArray(), true);
        }
    }
}
