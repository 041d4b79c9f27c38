using System.Net;
using System.Net.Http.Headers;
using Promoter.Emulator;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;
using Promoter.Emulator.Registry;

namespace Promoter.Interop.Tests.Emulator;

public sealed class RegistryProtocolTests
{
    private static readonly HttpClient Client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });

    [Fact]
    public async Task A_blob_is_pushed_in_chunks_and_read_back_in_ranges()
    {
        await using var registry = await EmulatedRegistry.StartAsync();
        var bytes = Enumerable.Range(0, 100).Select(i => (byte)i).ToArray();
        var digest = ContentDigest.Of(bytes);

        var session = await SendAsync(HttpMethod.Post, new Uri(registry.Endpoint, "/v2/shop/web/blobs/uploads/"));
        var first = await SendAsync(HttpMethod.Patch, session.Headers.Location!, bytes[..60]);
        var second = await SendAsync(HttpMethod.Patch, first.Headers.Location!, bytes[60..]);
        var end = await SendAsync(HttpMethod.Put, new Uri($"{second.Headers.Location}?digest={digest}"));
        using var range = new HttpRequestMessage(HttpMethod.Get, new Uri(registry.Endpoint, $"/v2/shop/web/blobs/{digest}"));
        range.Headers.Range = new RangeHeaderValue(90, null);
        var part = await Client.SendAsync(range);

        Assert.Equal(HttpStatusCode.Accepted, second.StatusCode);
        Assert.Equal("0-99", second.Headers.GetValues("Range").Single());
        Assert.Equal(HttpStatusCode.Created, end.StatusCode);
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal(bytes[90..], await part.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task A_manifest_without_its_blobs_is_refused_with_the_digests_that_are_missing()
    {
        await using var aws = await EmulatedAws.StartAsync();
        var image = SampleImages.Single("web");
        aws.Target.CreateRepository("shop/web");

        var answer = await PutManifestAsync(aws, image);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.Contains("Layers with digests '[", text);
        Assert.All(image.Blobs.Keys, digest => Assert.Contains(digest, text));
    }

    [Fact]
    public async Task An_index_before_its_children_is_refused_with_the_list_that_ecr_gives()
    {
        await using var aws = await EmulatedAws.StartAsync();
        var index = SampleImages.TwoPlatforms("web");
        aws.Target.CreateRepository("shop/web");

        var answer = await PutManifestAsync(aws, index);

        var expected = $"Images with digests '[{index.Children[0].Digest}, {index.Children[1].Digest}]' required for pushing image into repository with name 'shop/web' " +
            "in the registry with id '222222222222' do not exist";
        Assert.Contains(expected, await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task The_layer_host_serves_what_the_registry_redirects_to_and_refuses_an_authorization_header()
    {
        await using var aws = await EmulatedAws.StartAsync();
        var image = aws.Source.Push("shop/web", SampleImages.Single("web"), "1");
        var (digest, blob) = image.Blobs.First();

        var redirect = await SendAsync(HttpMethod.Get, new Uri(aws.Source.Endpoint, $"/v2/shop/web/blobs/{digest}"), token: aws.IssueToken());
        var content = await Client.GetByteArrayAsync(redirect.Headers.Location);
        var refused = await SendAsync(HttpMethod.Get, redirect.Headers.Location!, token: aws.IssueToken());

        Assert.Equal(HttpStatusCode.TemporaryRedirect, redirect.StatusCode);
        Assert.NotEqual(aws.Source.Host, redirect.Headers.Location!.Authority);
        Assert.Equal(blob.Length, content.Length);
        Assert.Equal(digest, ContentDigest.Of(content));
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    [Fact]
    public async Task A_presigned_url_expires()
    {
        await using var aws = await EmulatedAws.StartAsync();
        var image = aws.Source.Push("shop/web", SampleImages.Single("web"), "1");

        var redirect = await SendAsync(HttpMethod.Get, new Uri(aws.Source.Endpoint, $"/v2/shop/web/blobs/{image.Blobs.First().Key}"), token: aws.IssueToken());
        aws.Clock.Advance(TimeSpan.FromHours(1));
        var late = await Client.GetAsync(redirect.Headers.Location);

        Assert.Equal(HttpStatusCode.Forbidden, late.StatusCode);
        Assert.Contains("Request has expired", await late.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_token_expires_and_the_registry_says_so_as_ecr_does()
    {
        await using var aws = await EmulatedAws.StartAsync();
        aws.Source.Push("shop/web", SampleImages.Single("web"), "1");
        var token = aws.IssueToken();

        aws.Clock.Advance(TimeSpan.FromHours(13));
        var answer = await SendAsync(HttpMethod.Get, new Uri(aws.Source.Endpoint, "/v2/shop/web/manifests/1"), token: token);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("Your authorization token has expired. Reauthenticate and try again.", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_bearer_registry_hands_out_tokens_for_several_scopes_and_refuses_what_they_do_not_cover()
    {
        await using var registry = await EmulatedRegistry.StartAsync(new RegistryOptions { Authentication = RegistryAuthentication.Bearer });
        registry.Push("a", SampleImages.Single("a"), "1");
        registry.Push("b", SampleImages.Single("b"), "1");
        registry.Push("c", SampleImages.Single("c"), "1");

        using var login = new HttpRequestMessage(HttpMethod.Get, new Uri(registry.Endpoint, "/token?service=registry.test&scope=repository:a:pull&scope=repository:b:pull,push"));
        login.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("user:secret"u8));
        var token = System.Text.Json.JsonDocument.Parse(await (await Client.SendAsync(login)).Content.ReadAsStringAsync()).RootElement.GetProperty("token").GetString();
        var statuses = new List<HttpStatusCode>();
        foreach (var repository in (string[])["a", "b", "c"])
        {
            using var get = new HttpRequestMessage(HttpMethod.Get, new Uri(registry.Endpoint, $"/v2/{repository}/manifests/1"));
            get.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            statuses.Add((await Client.SendAsync(get)).StatusCode);
        }

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.Unauthorized], statuses);
    }

    [Fact]
    public async Task Referrers_are_listed_in_pages_and_filtered_by_type()
    {
        await using var registry = await EmulatedRegistry.StartAsync(new RegistryOptions { Behaviour = new RegistryBehaviour { ReferrersPageSize = 1 } });
        var image = registry.Push("shop/web", SampleImages.Single("web"), "1");
        registry.Push("shop/web", SampleImages.Signature(image));
        registry.Push("shop/web", SampleImages.Sbom(image));

        var page = await Client.GetAsync(new Uri(registry.Endpoint, $"/v2/shop/web/referrers/{image.Digest}"));
        var filtered = await Client.GetAsync(new Uri(registry.Endpoint, $"/v2/shop/web/referrers/{image.Digest}?artifactType={Uri.EscapeDataString(SampleImages.SbomType)}"));

        Assert.Contains("rel=\"next\"", page.Headers.GetValues("Link").Single());
        Assert.Equal("artifactType", filtered.Headers.GetValues("OCI-Filters-Applied").Single());
        Assert.False(filtered.Headers.Contains("Link"));
        Assert.Contains(SampleImages.SbomType, await filtered.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_synthetic_blob_has_the_digest_that_it_announces()
    {
        await using var registry = await EmulatedRegistry.StartAsync();
        var blob = new SyntheticBlob(5_000_001, seed: 7);
        registry.AddBlob("big", blob.Digest, blob);

        var whole = await Client.GetByteArrayAsync(new Uri(registry.Endpoint, $"/v2/big/blobs/{blob.Digest}"));

        Assert.Equal(5_000_001, whole.Length);
        Assert.Equal(blob.Digest, ContentDigest.Of(whole));
    }

    [Fact]
    public async Task An_upload_larger_than_what_is_kept_is_verified_and_thrown_away()
    {
        await using var registry = await EmulatedRegistry.StartAsync(new RegistryOptions { Behaviour = new RegistryBehaviour { KeepBlobsUpTo = 1000 } });
        var bytes = new byte[2000];

        var good = await UploadAsync(registry, bytes, ContentDigest.Of(bytes));
        var bad = await UploadAsync(registry, bytes, ContentDigest.Of([1]));

        Assert.Equal(HttpStatusCode.Created, good.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
        Assert.Equal([ContentDigest.Of(bytes)], registry.BlobsOf("shop/web"));
    }

    [Fact]
    public async Task The_log_tells_order_bytes_and_whether_a_credential_was_sent()
    {
        await using var registry = await EmulatedRegistry.StartAsync();
        var image = registry.Push("shop/web", SampleImages.Single("web"), "1");

        await SendAsync(HttpMethod.Get, new Uri(registry.Endpoint, "/v2/shop/web/manifests/1"));
        await SendAsync(HttpMethod.Head, new Uri(registry.Endpoint, $"/v2/shop/web/manifests/{image.Digest}"), token: "x");

        Assert.Equal([EmulatedAction.GetManifest, EmulatedAction.HeadManifest], registry.Requests.All.Select(r => r.Action));
        Assert.Equal([false, true], registry.Requests.All.Select(r => r.HasAuthorization));
        Assert.Equal([image.Bytes.Length, 0], registry.Requests.All.Select(r => r.BytesSent));
        Assert.Equal(1, registry.Requests.Count(EmulatedAction.GetManifest, repository: "shop/web", reference: "1"));
        Assert.Empty(registry.Requests.Writes());
    }

    private static Task<HttpResponseMessage> PutManifestAsync(EmulatedAws aws, BuiltImage image) => SendAsync(
        HttpMethod.Put, new Uri(aws.Target.Endpoint, $"/v2/shop/web/manifests/{image.Digest}"), image.Bytes.ToArray(), aws.IssueToken(), image.MediaType);

    private static async Task<HttpResponseMessage> UploadAsync(EmulatedRegistry registry, byte[] bytes, string digest)
    {
        var session = await SendAsync(HttpMethod.Post, new Uri(registry.Endpoint, "/v2/shop/web/blobs/uploads/"));
        return await SendAsync(HttpMethod.Put, new Uri($"{session.Headers.Location}?digest={digest}"), bytes);
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpMethod method, Uri uri, byte[]? body = null, string? token = null, string? mediaType = null)
    {
        using var request = new HttpRequestMessage(method, uri);
        if (body is not null) request.Content = new ByteArrayContent(body);
        if (mediaType is not null) request.Content!.Headers.ContentType = MediaTypeHeaderValue.Parse(mediaType);
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"AWS:{token}")));
        return await Client.SendAsync(request);
    }
}
