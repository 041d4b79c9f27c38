using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Promoter.Emulator;
using Promoter.Emulator.Faults;
using Promoter.Emulator.Iam;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;
using Promoter.Emulator.Registry;

namespace Promoter.Interop.Tests.Emulator;

public sealed class EcrQuirkTests
{
    private const string Account = "222222222222";
    private static readonly HttpClient Client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });

    [Fact]
    public async Task The_digest_header_is_on_head_but_not_on_get()
    {
        await using var aws = await EmulatedAws.StartAsync();
        var image = aws.Target.Push("shop/web", SampleImages.Single("web"), "1");

        using var head = await SendAsync(aws, HttpMethod.Head, "shop/web/manifests/1");
        using var get = await SendAsync(aws, HttpMethod.Get, "shop/web/manifests/1");

        Assert.Equal(image.Digest, head.Headers.GetValues("Docker-Content-Digest").Single());
        Assert.False(get.Headers.Contains("Docker-Content-Digest"));
    }

    [Fact]
    public async Task A_patch_answers_201_with_the_range_of_the_first_chunk_for_ever()
    {
        await using var aws = await EmulatedAws.StartAsync();
        aws.Target.CreateRepository("shop/web");

        using var post = await SendAsync(aws, HttpMethod.Post, "shop/web/blobs/uploads/");
        var session = post.Headers.Location!.AbsolutePath["/v2/".Length..];
        using var first = await SendAsync(aws, HttpMethod.Patch, session, new byte[10]);
        using var second = await SendAsync(aws, HttpMethod.Patch, session, new byte[20]);
        using var end = await SendAsync(aws, HttpMethod.Put, $"{session}?digest={ContentDigest.Of(new byte[30])}");

        Assert.Equal([HttpStatusCode.Created, HttpStatusCode.Created], [first.StatusCode, second.StatusCode]);
        Assert.Equal(["0-9", "0-9"], [first.Headers.GetValues("Range").Single(), second.Headers.GetValues("Range").Single()]);
        Assert.Equal(HttpStatusCode.Created, end.StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_immutable_tag_is_refused_with_the_same_digest_too(bool same)
    {
        await using var aws = await EmulatedAws.StartAsync();
        var image = aws.Target.Push("shop/web", SampleImages.Single("web"), "1");
        var other = aws.Target.Push("shop/web", SampleImages.Single("other"));
        aws.Target.SettingsOf("shop/web").TagMutability = "IMMUTABLE";

        using var answer = await PutAsync(aws, same ? image : other, "1");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("TAG_INVALID", await answer.Content.ReadAsStringAsync());
        Assert.Equal(image.Digest, aws.Target.DigestOf("shop/web", "1"));
    }

    [Fact]
    public async Task A_tag_that_an_exclusion_filter_names_may_move()
    {
        await using var aws = await EmulatedAws.StartAsync();
        aws.Target.Push("shop/web", SampleImages.Single("web"), "1", "sha256-abc.sig");
        var other = aws.Target.Push("shop/web", SampleImages.Single("other"));
        aws.Target.SettingsOf("shop/web").TagMutability = "IMMUTABLE_WITH_EXCLUSION";
        aws.Target.SettingsOf("shop/web").ExclusionFilters = ["sha256-*"];

        using var excluded = await PutAsync(aws, other, "sha256-abc.sig");
        using var kept = await PutAsync(aws, other, "1");

        Assert.Equal([HttpStatusCode.Created, HttpStatusCode.BadRequest], [excluded.StatusCode, kept.StatusCode]);
    }

    [Fact]
    public async Task An_artifact_type_with_a_parameter_is_refused_with_405()
    {
        await using var aws = await EmulatedAws.StartAsync();
        var artifact = SampleImages.Artifact("x", "application/vnd.example+json;version=0.2");
        foreach (var (digest, content) in artifact.Blobs) aws.Target.AddBlob("shop/web", digest, content);

        using var answer = await PutAsync(aws, artifact, artifact.Digest);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Contains("Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax'", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Layers_that_nothing_refers_to_vanish_before_the_manifest_comes()
    {
        await using var aws = await EmulatedAws.StartAsync();
        var image = SampleImages.Single("web");
        foreach (var (digest, content) in image.Blobs) aws.Target.AddBlob("shop/web", digest, content);
        aws.Faults.Inject(Effect.LayersVanish, EmulatedAction.PutTag);

        using var answer = await PutAsync(aws, image, "1");

        Assert.Contains(image.Blobs.First().Key, await answer.Content.ReadAsStringAsync());
        Assert.Empty(aws.Target.TagsOf("shop/web"));
    }

    [Fact]
    public async Task A_blob_is_mounted_only_where_the_account_allows_it_and_a_manifest_refers_to_it()
    {
        await using var aws = await EmulatedAws.StartAsync();
        var image = aws.Target.Push("shop/a", SampleImages.Single("a"), "1");
        aws.Target.CreateRepository("shop/b");
        aws.Target.AddBlob("shop/a", ContentDigest.Of([1]), BlobContent.Of(new byte[] { 1 }));

        using var off = await SendAsync(aws, HttpMethod.Post, $"shop/b/blobs/uploads/?mount={image.Blobs.First().Key}&from=shop/a");
        aws.Target.Behaviour.Mounts = MountRule.DonorReferencesBlob;
        using var on = await SendAsync(aws, HttpMethod.Post, $"shop/b/blobs/uploads/?mount={image.Blobs.First().Key}&from=shop/a");
        using var unreferenced = await SendAsync(aws, HttpMethod.Post, $"shop/b/blobs/uploads/?mount={ContentDigest.Of([1])}&from=shop/a");

        Assert.Equal([HttpStatusCode.Accepted, HttpStatusCode.Created, HttpStatusCode.Accepted], [off.StatusCode, on.StatusCode, unreferenced.StatusCode]);
        Assert.Equal([image.Blobs.First().Key], aws.Target.BlobsOf("shop/b"));
    }

    [Fact]
    public async Task A_push_creates_the_repository_where_a_template_matches()
    {
        await using var aws = await EmulatedAws.StartAsync();
        aws.Target.AddCreationTemplate(new RepositoryCreationTemplate("shop", "CREATE_ON_PUSH") { TagMutability = "IMMUTABLE" });

        using var matched = await SendAsync(aws, HttpMethod.Post, "shop/web/blobs/uploads/");
        using var other = await SendAsync(aws, HttpMethod.Post, "other/web/blobs/uploads/");

        Assert.Equal([HttpStatusCode.Accepted, HttpStatusCode.NotFound], [matched.StatusCode, other.StatusCode]);
        Assert.Equal("IMMUTABLE", aws.Target.SettingsOf("shop/web").TagMutability);
    }

    [Fact]
    public async Task An_archived_image_is_not_served_until_it_is_restored()
    {
        await using var aws = await EmulatedAws.StartAsync();
        var image = aws.Target.Push("shop/web", SampleImages.Single("web"), "1");
        aws.Target.Archive("shop/web", image.Digest);

        using var archived = await SendAsync(aws, HttpMethod.Get, "shop/web/manifests/1");
        using var pushed = await PutAsync(aws, image, "1");
        using var restored = await SendAsync(aws, HttpMethod.Get, "shop/web/manifests/1");

        Assert.Equal([HttpStatusCode.NotFound, HttpStatusCode.Created, HttpStatusCode.OK], [archived.StatusCode, pushed.StatusCode, restored.StatusCode]);
    }

    [Fact]
    public async Task Managed_signing_adds_a_referrer_that_the_source_does_not_have()
    {
        await using var aws = await EmulatedAws.StartAsync();
        var image = aws.Target.Push("shop/web", SampleImages.Single("web"));
        aws.Target.Behaviour.SignsOnPush = true;

        using var pushed = await PutAsync(aws, image, "1");
        using var referrers = await SendAsync(aws, HttpMethod.Get, $"shop/web/referrers/{image.Digest}");

        Assert.Equal(HttpStatusCode.Created, pushed.StatusCode);
        Assert.Contains("application/vnd.cncf.notary.signature", await referrers.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_push_only_principal_may_not_look_at_what_it_pushes()
    {
        await using var aws = await EmulatedAws.StartAsync();
        var image = aws.Target.Push("shop/web", SampleImages.Single("web"), "1");
        var pusher = aws.Iam.CreateUser(Account, "pusher", IamStatement.Allow(["ecr:PutImage", "ecr:InitiateLayerUpload"], $"arn:aws:ecr:eu-west-1:{Account}:repository/shop/*"));
        var token = aws.IssueToken(pusher);

        using var read = await SendAsync(aws, HttpMethod.Get, "shop/web/manifests/1", token: token);
        using var pushed = await PutAsync(aws, image, "2", token);

        Assert.Equal([HttpStatusCode.Forbidden, HttpStatusCode.Created], [read.StatusCode, pushed.StatusCode]);
        Assert.Contains(
            $"User: arn:aws:iam::{Account}:user/pusher is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:eu-west-1:{Account}:repository/shop/web " +
            "because no identity-based policy allows the ecr:BatchGetImage action",
            await read.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Beyond_the_quota_the_registry_answers_429()
    {
        await using var aws = await EmulatedAws.StartAsync();
        var image = aws.Target.Push("shop/web", SampleImages.Single("web"));
        aws.Quotas.Set("PutImage", perSecond: 0, burst: 2);

        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 3; i++)
        {
            using var answer = await PutAsync(aws, image, $"{i}");
            statuses.Add(answer.StatusCode);
        }

        Assert.Equal([HttpStatusCode.Created, HttpStatusCode.Created, HttpStatusCode.TooManyRequests], statuses);
        Assert.Equal(["0", "1"], aws.Target.TagsOf("shop/web").Keys);
    }

    private static Task<HttpResponseMessage> PutAsync(EmulatedAws aws, BuiltImage image, string reference, string? token = null) =>
        SendAsync(aws, HttpMethod.Put, $"shop/web/manifests/{reference}", image.Bytes.ToArray(), token, image.MediaType);

    private static async Task<HttpResponseMessage> SendAsync(EmulatedAws aws, HttpMethod method, string path, byte[]? body = null, string? token = null, string? mediaType = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(aws.Target.Endpoint, $"/v2/{path}"));
        if (body is not null) request.Content = new ByteArrayContent(body);
        if (mediaType is not null) request.Content!.Headers.ContentType = MediaTypeHeaderValue.Parse(mediaType);
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"AWS:{token ?? aws.IssueToken()}")));
        return await Client.SendAsync(request);
    }
}
