using System.Text.Json.Nodes;
using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Tests.Aws;

public sealed class EcrPlatformTests
{
    [Fact]
    public async Task Only_private_ECR_hosts_are_served()
    {
        await using var scene = await AwsScene.StartAsync();
        using var registries = scene.Registries(scene.Options(AwsScene.Target), scene.Options(AwsScene.Target) with { Host = "public.ecr.aws" });
        var platform = AwsScene.Platform(registries);

        Assert.True(platform.Serves(AwsScene.Target));
        Assert.True(platform.Serves(AwsScene.Source));
        Assert.False(platform.Serves("public.ecr.aws"));
        Assert.False(platform.Serves("ghcr.io"));
    }

    [Fact]
    public async Task A_company_host_in_front_of_ECR_is_served_once_it_is_configured()
    {
        await using var scene = await AwsScene.StartAsync();
        StubImages.On(scene.Aws);
        using var registries = scene.Registries(scene.Options(AwsScene.Target) with { Host = "registry.example.com", Region = "eu-west-1", AccountId = "222222222222" });

        await AwsScene.Platform(registries).FindManifestsAsync("registry.example.com", "shop/api", [new ManifestQuery(Tag.Parse("v1"), null)], CancellationToken.None);

        Assert.Equal("222222222222", scene.Aws.Last("BatchGetImage").Body["registryId"]!.ToString());
    }

    [Fact]
    public async Task The_union_of_layers_is_checked_a_hundred_at_a_time_and_archived_ones_do_not_count()
    {
        await using var scene = await AwsScene.StartAsync();
        var digests = Enumerable.Range(0, 150).Select(StubImages.DigestOf).ToList();
        var states = digests.Select((digest, i) => (digest, state: i % 3 == 0 ? "AVAILABLE" : i % 3 == 1 ? "UNAVAILABLE" : "ARCHIVED")).ToDictionary(item => item.digest.ToString(), item => item.state);
        scene.Aws.On("BatchCheckLayerAvailability", body => StubReply.Json(new JsonObject
        {
            ["layers"] = new JsonArray([.. body["layerDigests"]!.AsArray().Select(digest => (JsonNode)new JsonObject { ["layerDigest"] = digest!.ToString(), ["layerAvailability"] = states[digest.ToString()] })]),
        }));
        using var registries = scene.Registries();

        var found = await AwsScene.Platform(registries).FindBlobsAsync(AwsScene.Target, "shop/api", [.. digests, digests[0]], CancellationToken.None);

        Assert.Equal(digests.Where((_, i) => i % 3 == 0).ToHashSet(), found);
        Assert.Equal([50, 100], scene.Aws.Requests.Where(r => r.Operation == "BatchCheckLayerAvailability").Select(r => r.Body["layerDigests"]!.AsArray().Count).Order());
    }

    [Fact]
    public async Task A_missing_repository_has_no_layers()
    {
        await using var scene = await AwsScene.StartAsync();
        scene.Aws.On("BatchCheckLayerAvailability", _ => StubReply.Error(400, "RepositoryNotFoundException", "no"));
        using var registries = scene.Registries();

        Assert.Empty((await AwsScene.Platform(registries).FindBlobsAsync(AwsScene.Target, "shop/api", [StubImages.DigestOf(1)], CancellationToken.None))!);
    }

    [Fact]
    public async Task Layers_are_asked_for_one_by_one_where_the_permission_is_missing()
    {
        await using var scene = await AwsScene.StartAsync();
        scene.Aws.On("BatchCheckLayerAvailability", _ => StubReply.Denied("ecr:BatchCheckLayerAvailability"));
        using var registries = scene.Registries();

        Assert.Null(await AwsScene.Platform(registries).FindBlobsAsync(AwsScene.Target, "shop/api", [StubImages.DigestOf(1)], CancellationToken.None));
    }

    [Theory]
    [InlineData("ENABLED", true)]
    [InlineData("DISABLED", false)]
    public async Task Blob_mounting_is_asked_for_once(string setting, bool expected)
    {
        await using var scene = await AwsScene.StartAsync();
        scene.Aws.On("GetAccountSetting", body => StubReply.Json(new JsonObject { ["name"] = body["name"]!.ToString(), ["value"] = setting }));
        using var registries = scene.Registries();
        var platform = AwsScene.Platform(registries);

        Assert.Equal(expected, await platform.SupportsMountAsync(AwsScene.Target, CancellationToken.None));
        Assert.Equal(expected, await platform.SupportsMountAsync(AwsScene.Target, CancellationToken.None));
        Assert.Equal(1, scene.Aws.Count("GetAccountSetting"));
        Assert.Equal("BLOB_MOUNTING", scene.Aws.Last("GetAccountSetting").Body["name"]!.ToString());
    }

    [Fact]
    public async Task Only_trying_tells_whether_blobs_mount_where_the_setting_is_hidden_or_unknown()
    {
        await using var scene = await AwsScene.StartAsync();
        using var registries = scene.Registries();
        scene.Aws.On("GetAccountSetting", _ => StubReply.Error(400, "InvalidParameterException", "Invalid parameter at 'name'"));
        var unknown = await AwsScene.Platform(registries).SupportsMountAsync(AwsScene.Target, CancellationToken.None);
        scene.Aws.On("GetAccountSetting", _ => StubReply.Denied("ecr:GetAccountSetting"));
        var denied = await AwsScene.Platform(registries).SupportsMountAsync(AwsScene.Target, CancellationToken.None);

        Assert.Null(unknown);
        Assert.Null(denied);
    }

    [Fact]
    public async Task Requests_are_paced_at_four_fifths_of_the_quotas_unless_configured()
    {
        await using var scene = await AwsScene.StartAsync();
        using var registries = scene.Registries();
        var platform = AwsScene.Platform(registries, rateLimits: new Dictionary<RegistryAction, double> { [RegistryAction.StartUpload] = 5 });

        Assert.Equal(8, platform.RateLimit(RegistryAction.WriteManifest));
        Assert.Equal(1600, platform.RateLimit(RegistryAction.ReadManifest));
        Assert.Equal(5, platform.RateLimit(RegistryAction.StartUpload));
        Assert.All(Enum.GetValues<RegistryAction>(), action => Assert.NotNull(platform.RateLimit(action)));
    }
}
