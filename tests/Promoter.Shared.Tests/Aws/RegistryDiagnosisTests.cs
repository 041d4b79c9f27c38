using System.Text.Json.Nodes;
using Promoter.Aws;
using Promoter.Aws.Diagnosis;
using Promoter.Registries;

namespace Promoter.Tests.Aws;

public sealed class RegistryDiagnosisTests
{
    private static readonly DiagnosisSubject Target = new(AwsScene.Target, Side.Target, ["shop/api"]);
    private static readonly DiagnosisSubject Source = new(AwsScene.Source, Side.Source, ["shop/api"]);

    [Fact]
    public async Task A_target_that_lets_a_promotion_work_has_no_failure_and_is_left_unchanged()
    {
        await using var scene = await WorkingAsync();

        var checks = await DiagnoseAsync(scene, Target, new RepositoryCreationOptions());

        Assert.All(checks, check => Assert.Equal((CheckStatus.Ok, null), (check.Status, check.MissingStatement)));
        Assert.Equal("arn:aws:sts::222222222222:assumed-role/promoter/promoter", checks.Single(check => check.Name == "identity").Detail);
        Assert.All(
            EcrActions.TargetWriter.Except([EcrActions.GetAuthorizationToken]),
            action => Assert.Contains(checks, check => check.Name.StartsWith(action, StringComparison.Ordinal)));
        Assert.Equal("{}", scene.Aws.Last("PutImage").Body["imageManifest"]!.ToString());
    }

    [Fact]
    public async Task A_source_of_another_account_is_told_apart_and_checked_for_reading_alone()
    {
        await using var scene = await WorkingAsync();

        var checks = await DiagnoseAsync(scene, Source);

        Assert.Contains("of another account than the registry", checks.Single(check => check.Name == "identity").Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(checks, check => check.Status == CheckStatus.Fail);
        Assert.Equal(0, scene.Aws.Count("PutImage") + scene.Aws.Count("InitiateLayerUpload"));
    }

    public static TheoryData<string, CheckStatus> Actions => new()
    {
        { "BatchCheckLayerAvailability", CheckStatus.Fail },
        { "InitiateLayerUpload", CheckStatus.Fail },
        { "UploadLayerPart", CheckStatus.Fail },
        { "CompleteLayerUpload", CheckStatus.Fail },
        { "PutImage", CheckStatus.Fail },
        { "CreateRepository", CheckStatus.Warn },
        { "BatchGetImage", CheckStatus.Warn },
        { "GetDownloadUrlForLayer", CheckStatus.Warn },
        { "DescribeImages", CheckStatus.Warn },
    };

    [Theory]
    [MemberData(nameof(Actions))]
    public async Task A_missing_action_comes_with_the_statement_that_is_missing(string operation, CheckStatus expected)
    {
        await using var scene = await WorkingAsync();
        scene.Aws.On(operation, _ => StubReply.Denied("ecr:" + operation));

        var checks = await DiagnoseAsync(scene, Target, new RepositoryCreationOptions());

        var check = Assert.Single(checks, check => check.MissingStatement is not null);
        Assert.Equal((expected, $"ecr:{operation} on shop/api", Side.Target), (check.Status, check.Name, check.Side));
        Assert.Equal($$"""{"Effect":"Allow","Action":"ecr:{{operation}}","Resource":"arn:aws:ecr:eu-west-1:222222222222:repository/shop/api"}""", check.MissingStatement);
        Assert.Contains("arn:aws:iam::222222222222:role/promoter", check.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repository_policy_that_lacks_us_is_answered_with_a_principal()
    {
        await using var scene = await WorkingAsync();
        scene.Aws.On("BatchGetImage", _ => StubReply.Error(
            400,
            "AccessDeniedException",
            "User: arn:aws:sts::222222222222:assumed-role/promoter/x is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:eu-west-1:111111111111:repository/shop/api because no resource-based policy allows the ecr:BatchGetImage action"));

        var checks = await DiagnoseAsync(scene, Source);

        var check = Assert.Single(checks, check => check.Status == CheckStatus.Fail);
        Assert.Equal("""{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:role/promoter"},"Action":"ecr:BatchGetImage"}""", check.MissingStatement);
    }

    [Fact]
    public async Task A_missing_repository_is_not_taken_for_a_missing_permission_and_never_created()
    {
        await using var scene = await WorkingAsync();
        foreach (var operation in new[] { "BatchGetImage", "DescribeRepositories", "PutImage", "InitiateLayerUpload" })
            scene.Aws.On(operation, _ => StubReply.Error(400, "RepositoryNotFoundException", "no"));
        scene.Aws.On("DescribeRepositoryCreationTemplates", _ => StubReply.Json(new JsonObject { ["repositoryCreationTemplates"] = new JsonArray() }));

        var checks = await DiagnoseAsync(scene, Target, new RepositoryCreationOptions());

        Assert.Equal((CheckStatus.Ok, "allowed; the repository does not exist"), checks.Where(check => check.Name == "ecr:PutImage on shop/api").Select(check => (check.Status, check.Detail)).Single());
        Assert.Contains("it will be created", checks.Single(check => check.Name == "settings of shop/api").Detail, StringComparison.Ordinal);
        Assert.Contains(":000000000000:key/", scene.Aws.Last("CreateRepository").Body["encryptionConfiguration"]!["kmsKey"]!.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CreateRepository", "TagResource", "PutLifecyclePolicy", "SetRepositoryPolicy")]
    public async Task What_creating_takes_is_a_failure_where_the_repository_is_missing(params string[] operations)
    {
        await using var scene = await WorkingAsync();
        foreach (var operation in new[] { "BatchGetImage", "DescribeRepositories" }) scene.Aws.On(operation, _ => StubReply.Error(400, "RepositoryNotFoundException", "no"));
        scene.Aws.On("DescribeRepositoryCreationTemplates", _ => StubReply.Json(new JsonObject { ["repositoryCreationTemplates"] = new JsonArray() }));
        foreach (var operation in operations) scene.Aws.On(operation, _ => StubReply.Denied("ecr:" + operation));

        var checks = await DiagnoseAsync(
            scene,
            Target,
            new RepositoryCreationOptions { LifecyclePolicy = """{"rules":[]}""", RepositoryPolicy = """{"Statement":[]}""", Tags = new Dictionary<string, string> { ["team"] = "shop" } });

        Assert.Equal(operations.Select(operation => $"ecr:{operation} on shop/api"), checks.Where(check => check.Status == CheckStatus.Fail).Select(check => check.Name));
    }

    [Fact]
    public async Task A_repository_that_nothing_creates_is_a_failure()
    {
        await using var scene = await WorkingAsync();
        scene.Aws.On("DescribeRepositories", _ => StubReply.Error(400, "RepositoryNotFoundException", "no"));

        var checks = await DiagnoseAsync(scene, Target);

        Assert.Equal(CheckStatus.Fail, checks.Single(check => check.Name == "settings of shop/api").Status);
    }

    [Fact]
    public async Task Settings_that_drifted_are_named_with_both_values()
    {
        await using var scene = await WorkingAsync();

        var checks = await DiagnoseAsync(scene, Target, new RepositoryCreationOptions
        {
            TagMutability = "IMMUTABLE",
            ScanOnPush = true,
            EncryptionType = "KMS",
            Tags = new Dictionary<string, string> { ["team"] = "shop" },
        });

        var check = checks.Single(check => check.Name == "settings of shop/api");
        Assert.Equal(CheckStatus.Warn, check.Status);
        Assert.Equal(
            "tagMutability is MUTABLE, configured is IMMUTABLE; scanOnPush is false, configured is true; encryption is AES256, configured is KMS (fixed when the repository was created); tags is no team, configured is team=shop",
            check.Detail);
    }

    [Fact]
    public async Task Settings_are_corrected_only_when_asked_and_only_those_that_drifted()
    {
        await using var scene = await WorkingAsync();
        foreach (var operation in new[] { "PutImageTagMutability", "PutImageScanningConfiguration", "PutLifecyclePolicy", "SetRepositoryPolicy", "TagResource" })
            scene.Aws.On(operation, _ => StubReply.Json([]));
        var creation = new RepositoryCreationOptions { TagMutability = "IMMUTABLE", ScanOnPush = false, EncryptionType = "KMS", LifecyclePolicy = """{"rules":[]}""" };
        using var registries = scene.Registries(scene.Options(AwsScene.Target) with { CreateRepositories = creation });
        using var credentials = AwsScene.Credentials(registries);

        var drift = await new RegistryDiagnosis(registries, credentials, TimeProvider.System).RepairSettingsAsync(AwsScene.Target, "shop/api", CancellationToken.None);

        Assert.Equal([("tagMutability", true), ("encryption", false), ("lifecyclePolicy", true)], drift.Select(item => (item.Setting, item.CanChange)));
        Assert.Equal("IMMUTABLE", scene.Aws.Last("PutImageTagMutability").Body["imageTagMutability"]!.ToString());
        Assert.Equal(1, scene.Aws.Count("PutLifecyclePolicy"));
        Assert.Equal(0, scene.Aws.Count("PutImageScanningConfiguration") + scene.Aws.Count("SetRepositoryPolicy") + scene.Aws.Count("TagResource"));
    }

    [Fact]
    public async Task Archived_images_of_a_source_are_warned_about()
    {
        await using var scene = await WorkingAsync();
        scene.Aws.On("DescribeImages", _ => StubReply.Json(new JsonObject { ["imageDetails"] = new JsonArray(new JsonObject { ["imageStatus"] = "ARCHIVED" }) }));

        var checks = await DiagnoseAsync(scene, Source);

        Assert.Equal(CheckStatus.Warn, checks.Single(check => check.Name == "archived images in shop/api").Status);
    }

    [Fact]
    public async Task Disabled_mounting_is_a_warning_with_the_command_that_enables_it()
    {
        await using var scene = await WorkingAsync();
        scene.Aws.On("GetAccountSetting", _ => StubReply.Json(new JsonObject { ["value"] = "DISABLED" }));

        var check = (await DiagnoseAsync(scene, Target)).Single(check => check.Name == "blob mounting");

        Assert.Equal(CheckStatus.Warn, check.Status);
        Assert.Contains("put-account-setting", check.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_role_that_cannot_be_assumed_ends_the_diagnosis_of_its_registry()
    {
        await using var scene = await WorkingAsync();
        scene.Aws.On("AssumeRoleWithWebIdentity", _ => StubReply.StsError("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"));

        var checks = await DiagnoseAsync(scene, Target);
        var check = checks[^1];

        Assert.Equal(["clock", "identity"], checks.Select(found => found.Name));
        Assert.Equal(("identity", CheckStatus.Fail), (check.Name, check.Status));
        Assert.Contains("cannot be assumed", check.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_denied_token_is_answered_with_a_statement_on_everything()
    {
        await using var scene = await WorkingAsync();
        scene.Aws.On("GetAuthorizationToken", _ => StubReply.Denied("ecr:GetAuthorizationToken"));

        var check = (await DiagnoseAsync(scene, Target)).Single(check => check.Name == "token");

        Assert.Equal(CheckStatus.Fail, check.Status);
        Assert.Equal("""{"Effect":"Allow","Action":"ecr:GetAuthorizationToken","Resource":"*"}""", check.MissingStatement);
    }

    [Fact]
    public async Task A_registry_that_is_not_ECR_has_nothing_to_check_here()
    {
        await using var scene = await WorkingAsync();

        Assert.Empty(await DiagnoseAsync(scene, new DiagnosisSubject("ghcr.io", Side.Source, ["a"])));
    }

    private static async Task<IReadOnlyList<Check>> DiagnoseAsync(AwsScene scene, DiagnosisSubject subject, RepositoryCreationOptions? creation = null)
    {
        using var registries = scene.Registries(scene.Options(AwsScene.Source), scene.Options(AwsScene.Target) with { CreateRepositories = creation });
        using var credentials = AwsScene.Credentials(registries);
        return await new RegistryDiagnosis(registries, credentials, TimeProvider.System).DiagnoseAsync(subject, CancellationToken.None);
    }

    /// <summary>Answers as ECR does where everything is allowed and the asked content does not exist.</summary>
    private static async Task<AwsScene> WorkingAsync()
    {
        var scene = await AwsScene.StartAsync();
        StubImages.On(scene.Aws);
        scene.Aws.On("DescribeImages", body => body["imageIds"] is null
            ? StubReply.Json(new JsonObject { ["imageDetails"] = new JsonArray() })
            : StubReply.Error(400, "ImageNotFoundException", "The image does not exist"));
        scene.Aws.On("BatchCheckLayerAvailability", _ => StubReply.Json(new JsonObject { ["layers"] = new JsonArray() }));
        scene.Aws.On("GetDownloadUrlForLayer", _ => StubReply.Error(400, "LayersNotFoundException", "no"));
        scene.Aws.On("InitiateLayerUpload", _ => StubReply.Json(new JsonObject { ["uploadId"] = "u", ["partSize"] = 1 }));
        scene.Aws.On("UploadLayerPart", _ => StubReply.Error(400, "UploadNotFoundException", "no"));
        scene.Aws.On("CompleteLayerUpload", _ => StubReply.Error(400, "UploadNotFoundException", "no"));
        scene.Aws.On("PutImage", _ => StubReply.Error(400, "InvalidParameterException", "Invalid parameter at 'ImageManifest'"));
        scene.Aws.On("GetAccountSetting", _ => StubReply.Json(new JsonObject { ["value"] = "ENABLED" }));
        scene.Aws.On("DescribeRepositories", _ => StubReply.Json(new JsonObject { ["repositories"] = new JsonArray(new JsonObject { ["repositoryName"] = "shop/api", ["imageTagMutability"] = "MUTABLE" }) }));
        scene.Aws.On("CreateRepository", _ => StubReply.Error(400, "RepositoryAlreadyExistsException", "already"));
        scene.Aws.On("GetLifecyclePolicy", _ => StubReply.Error(400, "LifecyclePolicyNotFoundException", "none"));
        scene.Aws.On("ListTagsForResource", _ => StubReply.Json(new JsonObject { ["tags"] = new JsonArray() }));
        return scene;
    }
}
