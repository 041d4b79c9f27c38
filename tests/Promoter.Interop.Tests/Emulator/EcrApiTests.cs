using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Promoter.Emulator;
using Promoter.Emulator.Faults;
using Promoter.Emulator.Iam;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;
using Promoter.Emulator.Registry;

namespace Promoter.Interop.Tests.Emulator;

public sealed class EcrApiTests
{
    private static readonly HttpClient Client = new(new SocketsHttpHandler { UseProxy = false });

    [Fact]
    public async Task A_new_repository_is_unknown_to_the_registry_for_a_while()
    {
        await using var aws = await EmulatedAws.StartAsync();
        aws.Target.Behaviour.NewRepositoriesHiddenFor = 2;

        await Caller(aws).CallAsync("CreateRepository", new JsonObject { ["repositoryName"] = "shop/web" });
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 3; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(aws.Target.Endpoint, "/v2/shop/web/blobs/uploads/"));
            request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"AWS:{aws.IssueToken()}")));
            using var answer = await Client.SendAsync(request);
            statuses.Add(answer.StatusCode);
        }

        Assert.Equal([HttpStatusCode.NotFound, HttpStatusCode.NotFound, HttpStatusCode.Accepted], statuses);
    }

    [Fact]
    public async Task An_archived_image_is_listed_as_such_and_comes_back_after_its_time()
    {
        await using var aws = await EmulatedAws.StartAsync();
        var image = aws.Target.Push("shop/web", SampleImages.Single("web"), "1");
        var caller = Caller(aws);
        JsonObject Move(string storage) => Image(image, "imageId").With("targetStorageClass", storage);

        await caller.CallAsync("UpdateImageStorageClass", Move("ARCHIVE"));
        var archived = await DescribeAsync();
        var pulled = await caller.CallAsync("BatchGetImage", Images("1"));
        var layers = await caller.CallAsync(
            "BatchCheckLayerAvailability", new JsonObject { ["repositoryName"] = "shop/web", ["layerDigests"] = new JsonArray(image.Blobs.First().Key) });
        await caller.CallAsync("UpdateImageStorageClass", Move("STANDARD"));
        var activating = await DescribeAsync();
        aws.Clock.Advance(TimeSpan.FromMinutes(21));
        var active = await DescribeAsync();

        Assert.Equal(["ARCHIVED", "ACTIVATING", "ACTIVE"], [archived, activating, active]);
        Assert.Equal("ImageNotFound", (string?)pulled["failures"]![0]!["failureCode"]);
        Assert.Equal("ARCHIVED", (string?)layers["layers"]![0]!["layerAvailability"]);

        async Task<string> DescribeAsync() => (string)(await caller.CallAsync("DescribeImages", Images("1")))["imageDetails"]![0]!["imageStatus"]!;
    }

    [Fact]
    public async Task Replication_is_in_progress_until_it_is_complete()
    {
        await using var aws = await EmulatedAws.StartAsync();
        aws.Target.Behaviour.ReplicatesTo = ["eu-central-1"];
        aws.Target.Behaviour.ReplicationTakes = TimeSpan.FromMinutes(1);
        var image = aws.Target.Push("shop/web", SampleImages.Single("web"), "1");

        var before = await Caller(aws).CallAsync("DescribeImageReplicationStatus", Image(image, "imageId"));
        aws.Clock.Advance(TimeSpan.FromMinutes(2));
        var after = await Caller(aws).CallAsync("DescribeImageReplicationStatus", Image(image, "imageId"));

        Assert.Equal("IN_PROGRESS", (string?)before["replicationStatuses"]![0]!["status"]);
        Assert.Equal("COMPLETE", (string?)after["replicationStatuses"]![0]!["status"]);
    }

    [Fact]
    public async Task The_account_setting_for_mounting_is_the_registrys_behaviour()
    {
        await using var aws = await EmulatedAws.StartAsync();

        var before = await Caller(aws).CallAsync("GetAccountSetting", new JsonObject { ["name"] = "BLOB_MOUNTING" });
        await Caller(aws).CallAsync("PutAccountSetting", new JsonObject { ["name"] = "BLOB_MOUNTING", ["value"] = "ENABLED" });

        Assert.Equal("DISABLED", (string?)before["value"]);
        Assert.Equal(MountRule.DonorReferencesBlob, aws.Target.Behaviour.Mounts);
    }

    [Fact]
    public async Task Put_image_names_what_is_missing_below_the_manifest()
    {
        await using var aws = await EmulatedAws.StartAsync();
        aws.Target.CreateRepository("shop/web");
        var index = SampleImages.TwoPlatforms("web");

        var children = await Caller(aws).CallAsync("PutImage", Put(index));
        var layers = await Caller(aws).CallAsync("PutImage", Put(index.Children[0]));
        var digest = await Caller(aws).CallAsync("PutImage", Put(index).With("imageDigest", index.Children[0].Digest));

        Assert.Equal("ReferencedImagesNotFoundException", (string?)children["__type"]);
        Assert.Contains(index.Children[1].Digest, (string?)children["message"]);
        Assert.Equal("LayersNotFoundException", (string?)layers["__type"]);
        Assert.Equal("ImageDigestDoesNotMatchException", (string?)digest["__type"]);
    }

    [Fact]
    public async Task Throttling_on_the_json_api_is_an_exception_with_status_400()
    {
        await using var aws = await EmulatedAws.StartAsync();
        aws.Quotas.Set("DescribeRepositories", perSecond: 0, burst: 1);

        var first = await Caller(aws).CallAsync("DescribeRepositories");
        var second = await Caller(aws).CallAsync("DescribeRepositories");

        Assert.Null(first["__type"]);
        Assert.Equal(("ThrottlingException", 400), ((string?)second["__type"], (int?)second["status"]));
    }

    [Fact]
    public async Task Session_credentials_expire_and_a_clock_that_is_apart_is_named()
    {
        await using var aws = await EmulatedAws.StartAsync();
        var role = aws.Iam.CreateRole("222222222222", "promoter", new RoleTrust(), IamStatement.AllowAll);
        var session = new EcrApiCaller(aws, aws.Iam.IssueSession(role, "job", TimeSpan.FromHours(1)));

        var good = await session.CallAsync("DescribeRepositories");
        aws.Clock.Advance(TimeSpan.FromHours(2));
        var expired = await session.CallAsync("DescribeRepositories");
        aws.ApiClockSkew = TimeSpan.FromMinutes(10);
        var skewed = await Caller(aws).CallAsync("DescribeRepositories");

        Assert.Null(good["__type"]);
        Assert.Equal("ExpiredTokenException", (string?)expired["__type"]);
        Assert.Equal("InvalidSignatureException", (string?)skewed["__type"]);
        Assert.StartsWith("Signature expired: ", (string?)skewed["message"]);
    }

    [Theory]
    [InlineData("PutLifecyclePolicy", "lifecyclePolicyText", "{ not json", "InvalidParameterException")]
    [InlineData("SetRepositoryPolicy", "policyText", "{}", "InvalidParameterException")]
    [InlineData("GetLifecyclePolicy", "unused", "", "LifecyclePolicyNotFoundException")]
    [InlineData("GetRepositoryPolicy", "unused", "", "RepositoryPolicyNotFoundException")]
    [InlineData("NoSuchOperation", "unused", "", "UnknownOperationException")]
    public async Task Bad_input_has_its_own_exception(string operation, string parameter, string value, string code)
    {
        await using var aws = await EmulatedAws.StartAsync();
        aws.Target.CreateRepository("shop/web");

        var answer = await Caller(aws).CallAsync(operation, new JsonObject { ["repositoryName"] = "shop/web", [parameter] = value });

        Assert.Equal(code, (string?)answer["__type"]);
    }

    [Theory]
    [InlineData("Shop/Web", null, "InvalidParameterException")]
    [InlineData("shop/web", "arn:aws:kms:us-east-1:222222222222:key/1", "KmsException")]
    public async Task A_repository_that_cannot_be_created_is_refused(string name, string? kmsKey, string code)
    {
        await using var aws = await EmulatedAws.StartAsync();
        var parameters = new JsonObject { ["repositoryName"] = name };
        if (kmsKey is not null) parameters["encryptionConfiguration"] = new JsonObject { ["encryptionType"] = "KMS", ["kmsKey"] = kmsKey };

        var answer = await Caller(aws).CallAsync("CreateRepository", parameters);

        Assert.Equal(code, (string?)answer["__type"]);
        Assert.Empty(aws.Target.Repositories);
    }

    [Fact]
    public async Task Lists_come_in_pages()
    {
        await using var aws = await EmulatedAws.StartAsync();
        foreach (var name in (string[])["a1", "b2", "c3"]) aws.Target.CreateRepository(name);

        var first = await Caller(aws).CallAsync("DescribeRepositories", new JsonObject { ["maxResults"] = 2 });
        var second = await Caller(aws).CallAsync("DescribeRepositories", new JsonObject { ["maxResults"] = 2, ["nextToken"] = (string?)first["nextToken"] });

        Assert.Equal(["a1", "b2", "c3"], [.. Names(first), .. Names(second)]);
        Assert.Null(second["nextToken"]);

        static IEnumerable<string> Names(JsonNode answer) => answer["repositories"]!.AsArray().Select(r => (string)r!["repositoryName"]!);
    }

    [Fact]
    public async Task Referrers_are_listed_by_type()
    {
        await using var aws = await EmulatedAws.StartAsync();
        var image = aws.Target.Push("shop/web", SampleImages.Single("web"), "1");
        var sbom = aws.Target.Push("shop/web", SampleImages.Sbom(image));
        aws.Target.Push("shop/web", SampleImages.Signature(image));

        var answer = await Caller(aws).CallAsync("ListImageReferrers", Image(image, "subjectId").With("filter", new JsonObject { ["artifactTypes"] = new JsonArray(SampleImages.SbomType) }));

        Assert.Equal([sbom.Digest], answer["referrers"]!.AsArray().Select(r => (string?)r!["digest"]));
    }

    [Fact]
    public async Task Faults_hit_operations_in_the_form_of_the_api()
    {
        await using var aws = await EmulatedAws.StartAsync();
        aws.Faults.Inject(Effect.Status(503), EmulatedAction.EcrApi, operation: "BatchGetImage");
        aws.Target.Push("shop/web", SampleImages.Single("web"), "1");

        var failed = await Caller(aws).CallAsync("BatchGetImage", Images("1"));
        var again = await Caller(aws).CallAsync("BatchGetImage", Images("1"));

        Assert.Equal(("ServerException", 503), ((string?)failed["__type"], (int?)failed["status"]));
        Assert.Single(again["images"]!.AsArray());
        Assert.Equal(2, aws.Requests.Count(EmulatedAction.EcrApi, "222222222222", "shop/web", operation: "BatchGetImage"));
    }

    private static EcrApiCaller Caller(EmulatedAws aws) => new(aws, aws.TargetAdmin);

    private static JsonObject Image(BuiltImage image, string name) =>
        new() { ["repositoryName"] = "shop/web", [name] = new JsonObject { ["imageDigest"] = image.Digest } };

    private static JsonObject Images(string tag) => new() { ["repositoryName"] = "shop/web", ["imageIds"] = new JsonArray(new JsonObject { ["imageTag"] = tag }) };

    private static JsonObject Put(BuiltImage image) => new()
    {
        ["repositoryName"] = "shop/web",
        ["imageTag"] = "1",
        ["imageManifest"] = Encoding.UTF8.GetString(image.Bytes.Span),
        ["imageManifestMediaType"] = image.MediaType,
    };
}
