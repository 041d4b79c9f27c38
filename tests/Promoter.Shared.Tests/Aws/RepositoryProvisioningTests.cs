using System.Text.Json.Nodes;
using Promoter.Aws;
using Promoter.Registries;

namespace Promoter.Tests.Aws;

public sealed class RepositoryProvisioningTests
{
    private const string Lifecycle = """{"rules":[{"rulePriority":1,"selection":{"tagStatus":"untagged","countType":"sinceImagePushed","countUnit":"days","countNumber":14},"action":{"type":"expire"}}]}""";
    private const string Policy = """{"Version":"2012-10-17","Statement":[]}""";

    [Fact]
    public async Task Nothing_is_created_where_nothing_is_configured()
    {
        await using var scene = await SceneAsync(exists: false);
        using var registries = scene.Registries();

        Assert.False(await EnsureAsync(AwsScene.Platform(registries)));
        Assert.Empty(scene.Aws.Requests);
    }

    [Fact]
    public async Task An_existing_repository_is_looked_at_once_and_left_as_it_is()
    {
        await using var scene = await SceneAsync(exists: true);
        using var registries = Registries(scene, new RepositoryCreationOptions { TagMutability = "IMMUTABLE" });
        var platform = AwsScene.Platform(registries);

        Assert.True(await EnsureAsync(platform));
        Assert.True(await EnsureAsync(platform));

        Assert.Equal(["DescribeRepositories"], Calls(scene));
        Assert.False(platform.IsSettling(AwsScene.Target, "shop/api"));
    }

    [Fact]
    public async Task A_missing_repository_is_created_with_every_setting_of_the_rule()
    {
        await using var scene = await SceneAsync(exists: false);
        using var registries = Registries(scene, new RepositoryCreationOptions
        {
            TagMutability = "IMMUTABLE_WITH_EXCLUSION",
            MutabilityExclusions = ["sha256-*"],
            ScanOnPush = true,
            EncryptionType = "KMS",
            KmsKey = "arn:aws:kms:eu-west-1:222222222222:key/1",
            LifecyclePolicy = Lifecycle,
            RepositoryPolicy = Policy,
            Tags = new Dictionary<string, string> { ["managed-by"] = "promoter" },
        });

        Assert.True(await EnsureAsync(AwsScene.Platform(registries)));

        Assert.Equal(["DescribeRepositories", "CreateRepository", "PutLifecyclePolicy", "SetRepositoryPolicy"], Calls(scene));
        var expected = JsonNode.Parse("""
            {
              "registryId": "222222222222",
              "repositoryName": "shop/api",
              "imageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
              "imageTagMutabilityExclusionFilters": [{ "filterType": "WILDCARD", "filter": "sha256-*" }],
              "imageScanningConfiguration": { "scanOnPush": true },
              "encryptionConfiguration": { "encryptionType": "KMS", "kmsKey": "arn:aws:kms:eu-west-1:222222222222:key/1" },
              "tags": [{ "Key": "managed-by", "Value": "promoter" }]
            }
            """);
        Assert.True(JsonNode.DeepEquals(expected, scene.Aws.Last("CreateRepository").Body), scene.Aws.Last("CreateRepository").Body.ToJsonString());
        Assert.Equal(Lifecycle, scene.Aws.Last("PutLifecyclePolicy").Body["lifecyclePolicyText"]!.ToString());
        Assert.Equal(Policy, scene.Aws.Last("SetRepositoryPolicy").Body["policyText"]!.ToString());
    }

    [Fact]
    public async Task A_new_repository_is_settling_for_a_while()
    {
        await using var scene = await SceneAsync(exists: false);
        using var registries = Registries(scene, new RepositoryCreationOptions());
        var time = new ManualTime();
        var platform = AwsScene.Platform(registries, time);
        await EnsureAsync(platform);

        Assert.True(platform.IsSettling(AwsScene.Target, "shop/api"));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.False(platform.IsSettling(AwsScene.Target, "shop/api"));
    }

    [Fact]
    public async Task Losing_a_race_to_create_is_success()
    {
        await using var scene = await SceneAsync(exists: false);
        scene.Aws.On("CreateRepository", _ => StubReply.Error(400, "RepositoryAlreadyExistsException", "already exists"));
        using var registries = Registries(scene, new RepositoryCreationOptions());

        Assert.True(await EnsureAsync(AwsScene.Platform(registries)));
    }

    [Fact]
    public async Task A_repository_that_somebody_else_created_keeps_its_policies()
    {
        await using var scene = await SceneAsync(exists: false);
        scene.Aws.On("CreateRepository", _ => StubReply.Error(400, "RepositoryAlreadyExistsException", "already exists"));
        using var registries = Registries(scene, new RepositoryCreationOptions { LifecyclePolicy = Lifecycle, RepositoryPolicy = Policy });

        Assert.True(await EnsureAsync(AwsScene.Platform(registries)));

        Assert.Equal(["DescribeRepositories", "CreateRepository"], Calls(scene));
    }

    [Fact]
    public async Task What_the_process_created_and_could_not_complete_it_completes_for_the_next_image()
    {
        await using var scene = await SceneAsync(exists: false);
        using var registries = Registries(scene, new RepositoryCreationOptions { LifecyclePolicy = Lifecycle });
        var platform = AwsScene.Platform(registries);
        scene.Aws.On("PutLifecyclePolicy", _ => StubReply.Denied("ecr:PutLifecyclePolicy"));
        var failed = await Assert.ThrowsAsync<RegistryException>(() => EnsureAsync(platform));
        Assert.Equal((RegistryFault.Denied, Side.Target), (failed.Fault, failed.Side));
        Assert.Contains("was created in the target registry", failed.Message, StringComparison.Ordinal);

        scene.Aws.On("PutLifecyclePolicy", _ => StubReply.Json([]));
        Assert.True(await EnsureAsync(platform));
        Assert.True(await EnsureAsync(platform));

        Assert.Equal(1, scene.Aws.Count("CreateRepository"));
        Assert.Equal(2, scene.Aws.Count("PutLifecyclePolicy"));
    }

    [Fact]
    public async Task A_principal_that_may_create_but_not_look_still_creates()
    {
        await using var scene = await SceneAsync(exists: false);
        scene.Aws.On("DescribeRepositories", _ => StubReply.Denied("ecr:DescribeRepositories"));
        using var registries = Registries(scene, new RepositoryCreationOptions());

        Assert.True(await EnsureAsync(AwsScene.Platform(registries)));
        Assert.Equal(1, scene.Aws.Count("CreateRepository"));
    }

    [Fact]
    public async Task A_denied_creation_names_action_resource_and_principal()
    {
        await using var scene = await SceneAsync(exists: false);
        scene.Aws.On("CreateRepository", _ => StubReply.Denied("ecr:CreateRepository"));
        using var registries = Registries(scene, new RepositoryCreationOptions());

        var exception = await Assert.ThrowsAsync<RegistryException>(() => EnsureAsync(AwsScene.Platform(registries)));

        Assert.Equal((RegistryFault.Denied, Side.Target), (exception.Fault, exception.Side));
        Assert.Contains("ecr:CreateRepository on arn:aws:ecr:eu-west-1:222222222222:repository/shop/api", exception.Message, StringComparison.Ordinal);
        Assert.Contains("in a policy of arn:aws:iam::222222222222:role/promoter", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_cannot_be_used_is_named_with_its_error()
    {
        await using var scene = await SceneAsync(exists: false);
        scene.Aws.On("CreateRepository", _ => new StubReply(400, "application/x-amz-json-1.1", """{"__type":"KmsException","message":"The key is pending deletion","kmsError":"KMSInvalidStateException"}"""));
        using var registries = Registries(scene, new RepositoryCreationOptions { EncryptionType = "KMS" });

        var exception = await Assert.ThrowsAsync<RegistryException>(() => EnsureAsync(AwsScene.Platform(registries)));

        Assert.Contains("KMSInvalidStateException", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("shop/my__api")]
    [InlineData("shop/my--api")]
    public async Task A_name_that_ECR_refuses_is_refused_before_any_request(string name)
    {
        await using var scene = await SceneAsync(exists: false);
        using var registries = Registries(scene, new RepositoryCreationOptions());

        var exception = await Assert.ThrowsAsync<RegistryException>(() => EnsureAsync(AwsScene.Platform(registries), name));

        Assert.Contains($"ECR refuses the repository name '{name}'", exception.Message, StringComparison.Ordinal);
        Assert.Empty(scene.Aws.Requests);
    }

    [Fact]
    public async Task Settings_that_the_rule_leaves_open_come_from_the_source_repository()
    {
        await using var scene = await SceneAsync(exists: false);
        scene.Aws.On("DescribeRepositories", body => body["registryId"]!.ToString() == "222222222222"
            ? StubReply.Error(400, "RepositoryNotFoundException", "no")
            : StubReply.Json(new JsonObject
            {
                ["repositories"] = new JsonArray(new JsonObject
                {
                    ["repositoryArn"] = "arn:aws:ecr:eu-west-1:111111111111:repository/shop/api",
                    ["imageTagMutability"] = "IMMUTABLE_WITH_EXCLUSION",
                    ["imageTagMutabilityExclusionFilters"] = new JsonArray(new JsonObject { ["filterType"] = "WILDCARD", ["filter"] = "dev-*" }),
                    ["imageScanningConfiguration"] = new JsonObject { ["scanOnPush"] = true },
                    ["encryptionConfiguration"] = new JsonObject { ["encryptionType"] = "KMS", ["kmsKey"] = "arn:aws:kms:eu-west-1:111111111111:key/source" },
                }),
            }));
        scene.Aws.On("GetLifecyclePolicy", _ => StubReply.Json(new JsonObject { ["lifecyclePolicyText"] = Lifecycle }));
        scene.Aws.On("ListTagsForResource", _ => StubReply.Json(new JsonObject
        {
            ["tags"] = new JsonArray(
                new JsonObject { ["Key"] = "team", ["Value"] = "shop" },
                new JsonObject { ["Key"] = "env", ["Value"] = "ci" },
                new JsonObject { ["Key"] = "aws:cloudformation:stack-name", ["Value"] = "x" }),
        }));
        using var registries = Registries(scene, new RepositoryCreationOptions { CopySourceSettings = true, ScanOnPush = false, Tags = new Dictionary<string, string> { ["env"] = "prod" } });

        await EnsureAsync(AwsScene.Platform(registries));

        var body = scene.Aws.Last("CreateRepository").Body;
        Assert.Equal("IMMUTABLE_WITH_EXCLUSION", body["imageTagMutability"]!.ToString());
        Assert.Equal("dev-*", body["imageTagMutabilityExclusionFilters"]![0]!["filter"]!.ToString());
        Assert.False(body["imageScanningConfiguration"]!["scanOnPush"]!.GetValue<bool>());
        Assert.Equal("""{"encryptionType":"KMS"}""", body["encryptionConfiguration"]!.ToJsonString());
        Assert.Equal("""[{"Key":"team","Value":"shop"},{"Key":"env","Value":"prod"}]""", body["tags"]!.ToJsonString());
        Assert.Equal(Lifecycle, scene.Aws.Last("PutLifecyclePolicy").Body["lifecyclePolicyText"]!.ToString());
        Assert.Equal(0, scene.Aws.Count("GetRepositoryPolicy"));
    }

    [Theory]
    [InlineData("shop", "CREATE_ON_PUSH", true)]
    [InlineData("ROOT", "CREATE_ON_PUSH", true)]
    [InlineData("shop/api", "CREATE_ON_PUSH", false)]
    [InlineData("sho", "CREATE_ON_PUSH", false)]
    [InlineData("shop", "REPLICATION", false)]
    public async Task A_creation_template_is_relied_upon_only_where_it_covers_the_name(string prefix, string appliedFor, bool covers)
    {
        await using var scene = await SceneAsync(exists: false);
        Templates(scene, (prefix, appliedFor));
        using var registries = Registries(scene, new RepositoryCreationOptions { ByTemplate = true });
        var platform = AwsScene.Platform(registries);

        if (covers)
        {
            Assert.True(await EnsureAsync(platform));
        }
        else
        {
            var exception = await Assert.ThrowsAsync<RegistryException>(() => EnsureAsync(platform));
            Assert.Contains("no creation template for CREATE_ON_PUSH covers its name", exception.Message, StringComparison.Ordinal);
        }

        Assert.Equal(0, scene.Aws.Count("CreateRepository"));
    }

    [Fact]
    public async Task The_longest_prefix_decides_although_a_shorter_one_would_allow()
    {
        await using var scene = await SceneAsync(exists: false);
        Templates(scene, ("ROOT", "CREATE_ON_PUSH"), ("shop", "PULL_THROUGH_CACHE"));
        using var registries = Registries(scene, new RepositoryCreationOptions { ByTemplate = true });

        await Assert.ThrowsAsync<RegistryException>(() => EnsureAsync(AwsScene.Platform(registries)));
    }

    private static Task<bool> EnsureAsync(EcrPlatform platform, string repository = "shop/api") =>
        platform.EnsureRepositoryAsync(AwsScene.Target, repository, AwsScene.Source, repository, CancellationToken.None);

    private static AwsRegistries Registries(AwsScene scene, RepositoryCreationOptions creation) =>
        scene.Registries(scene.Options(AwsScene.Source), scene.Options(AwsScene.Target) with { CreateRepositories = creation });

    private static IEnumerable<string> Calls(AwsScene scene) => scene.Aws.Requests.Where(request => request.Target.Length > 0).Select(request => request.Operation);

    private static void Templates(AwsScene scene, params (string Prefix, string AppliedFor)[] templates) =>
        scene.Aws.On("DescribeRepositoryCreationTemplates", _ => StubReply.Json(new JsonObject
        {
            ["repositoryCreationTemplates"] = new JsonArray([.. templates.Select(item => (JsonNode)new JsonObject { ["prefix"] = item.Prefix, ["appliedFor"] = new JsonArray(item.AppliedFor) })]),
        }));

    private static async Task<AwsScene> SceneAsync(bool exists)
    {
        var scene = await AwsScene.StartAsync();
        scene.Aws.On("DescribeRepositories", _ => exists
            ? StubReply.Json(new JsonObject { ["repositories"] = new JsonArray(new JsonObject { ["repositoryName"] = "shop/api" }) })
            : StubReply.Error(400, "RepositoryNotFoundException", "The repository does not exist"));
        foreach (var operation in new[] { "CreateRepository", "PutLifecyclePolicy", "SetRepositoryPolicy" }) scene.Aws.On(operation, _ => StubReply.Json([]));
        return scene;
    }
}
