using Microsoft.Extensions.Logging;
using Promoter.Aws;
using Promoter.Emulator.Faults;
using Promoter.Emulator.Iam;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;
using Promoter.Emulator.Registry;
using Promoter.Promotion;
using Promoter.Registries;
using Promoter.Tests.Aws;

namespace Promoter.Tests.Promotion.Ecr;

/// <summary>What a run does where a batch call, a look or a mount is not allowed, and how it keeps below the quotas.</summary>
public sealed class EcrPlanTests
{
    [Theory]
    [InlineData("BatchGetImage", EmulatedAction.HeadManifest)]
    [InlineData("BatchCheckLayerAvailability", EmulatedAction.HeadBlob)]
    public async Task Without_a_batch_call_plain_heads_serve_and_it_is_said_once(string operation, EmulatedAction head)
    {
        await using var scene = await SceneAsync("shop/a", "shop/b", "shop/c");
        var log = new RecordingLogger<EcrPlatform>();
        scene.PlatformLog = log;
        scene.Aws.Faults.Inject(
            Effect.Status(400, "AccessDeniedException", $"User: arn:aws:sts::222222222222:assumed-role/promoter/s is not authorized to perform: ecr:{operation} because no VPC endpoint policy allows the ecr:{operation} action"),
            EmulatedAction.EcrApi, account: "222222222222", operation: operation, times: FaultScript.Always);

        var report = await scene.PromoteAsync("shop/a:1", "shop/b:1", "shop/c:1");

        Assert.True(report.ExitCode == ExitCode.Done, report.Images[0].Failure?.Message);
        Assert.True(scene.Requests.Count(head, account: "222222222222") >= 3, scene.Requests.ToString());
        var (_, text) = Assert.Single(log.Entries, entry => entry.Level == LogLevel.Warning);
        Assert.Contains($"Did without ecr:{operation}, single requests serve instead", text, StringComparison.Ordinal);
        Assert.Contains("VPC endpoint policy", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tag_that_moves_to_content_that_is_there_costs_two_requests_and_none_at_the_source()
    {
        await using var scene = await EcrScene.StartAsync();
        var image = scene.Aws.Target.Push("shop/web", SampleImages.Single("web"), "old");
        scene.Aws.Target.Push("shop/web", SampleImages.Single("other"), "1");
        scene.MayMoveTags = true;

        var report = await scene.PromoteAsync($"shop/web:1@{image.Digest}");

        Assert.True(report.ExitCode == ExitCode.Done, report.Images[0].Failure?.Message);
        Assert.Equal(image.Digest, scene.Aws.Target.DigestOf("shop/web", "1"));
        Assert.True(scene.Count() == 2, scene.Requests.ToString());
        Assert.Equal(0, scene.Requests.Count(account: "111111111111"));
    }

    [Fact]
    public async Task All_images_of_a_run_share_one_pace_which_can_be_configured()
    {
        const int Images = 14;
        await using var scene = await SceneAsync([.. Enumerable.Range(0, Images).Select(i => $"shop/web{i}")]);
        scene.Referrers = Promoter.Copying.ReferrerSelection.None;
        scene.RateLimits = new Dictionary<RegistryAction, double> { [RegistryAction.WriteManifest] = 4 };

        // What ECR grants; each image at its own pace would be fourteen at once.
        scene.Aws.Quotas.Set("PutImage", perSecond: 10);

        var report = await scene.PromoteAsync([.. Enumerable.Range(0, Images).Select(i => $"shop/web{i}:1")]);

        Assert.True(report.ExitCode == ExitCode.Done, report.Images[0].Failure?.Message);
        Assert.DoesNotContain(scene.Requests.Where(operation: "PutImage"), r => r.Status == 429);
        Assert.True(scene.Requests.Count(operation: "PutImage") > 10, scene.Requests.ToString());
    }

    [Fact]
    public async Task A_mount_that_the_account_does_not_allow_becomes_an_upload_in_the_same_run()
    {
        await using var scene = await EcrScene.StartAsync();
        foreach (var repository in (string[])["shop/a", "shop/b"])
        {
            scene.Aws.Source.Push(repository, SampleImages.Single("same"), "1");
            scene.Aws.Target.CreateRepository(repository);
        }

        // The setting may not be read, so that only trying tells.
        scene.TargetPermissions = [IamStatement.AllowAll, IamStatement.Deny(["ecr:GetAccountSetting"])];
        scene.Aws.Target.Behaviour.Mounts = MountRule.Never;

        var report = await scene.PromoteAsync("shop/a:1", "shop/b:1");

        Assert.True(report.ExitCode == ExitCode.Done, report.Images.Select(i => i.Failure?.Message).FirstOrDefault(m => m is not null));
        Assert.Equal(0, report.Images.Sum(i => i.BlobsMounted));
        Assert.All(["shop/a", "shop/b"], repository => Assert.Empty(scene.Aws.Target.FindProblems(repository, "1")));
        Assert.Equal(1, scene.Requests.Count(operation: "GetAccountSetting"));
    }

    [Fact]
    public async Task A_refused_mount_is_a_lesson_for_the_whole_run()
    {
        await using var scene = await EcrScene.StartAsync();
        scene.Parallelism = 1;
        var repositories = Enumerable.Range(0, 6).Select(i => $"shop/web{i}").ToArray();
        foreach (var repository in repositories)
        {
            scene.Aws.Source.Push(repository, SampleImages.Single("same"), "1");
            scene.Aws.Target.CreateRepository(repository);
        }

        scene.TargetPermissions = [IamStatement.AllowAll, IamStatement.Deny(["ecr:GetAccountSetting"])];
        scene.Aws.Target.Behaviour.Mounts = MountRule.Never;

        var report = await scene.PromoteAsync([.. repositories.Select(r => $"{r}:1")]);

        Assert.True(report.ExitCode == ExitCode.Done, report.Images.Select(i => i.Failure?.Message).FirstOrDefault(m => m is not null));
        Assert.Equal(1, scene.Requests.Count(EmulatedAction.Mount));
        Assert.All(repositories, repository => Assert.Empty(scene.Aws.Target.FindProblems(repository, "1")));
    }

    [Fact]
    public async Task A_repository_that_a_template_makes_is_left_to_the_template()
    {
        await using var scene = await EcrScene.StartAsync();
        scene.Aws.Source.Push("shop/web", SampleImages.Single("web"), "1");
        scene.Aws.Target.AddCreationTemplate(new RepositoryCreationTemplate("shop", "CREATE_ON_PUSH") { TagMutability = "IMMUTABLE" });
        scene.CreateRepositories = new RepositoryCreationOptions { ByTemplate = true };

        var report = await scene.PromoteAsync("shop/web:1");

        Assert.True(report.ExitCode == ExitCode.Done, report.Images[0].Failure?.Message);
        Assert.Equal("IMMUTABLE", scene.Aws.Target.SettingsOf("shop/web").TagMutability);
        Assert.Equal(0, scene.Requests.Count(operation: "CreateRepository"));
    }

    [Fact]
    public async Task A_new_repository_looks_like_the_sources_where_the_rule_says_so()
    {
        await using var scene = await EcrScene.StartAsync();
        scene.Aws.Source.CreateRepository("shop/web", new EcrRepositorySettings { TagMutability = "IMMUTABLE", ScanOnPush = true, LifecyclePolicy = EcrScene.EveryKindOfSetting.LifecyclePolicy });
        scene.Aws.Source.SettingsOf("shop/web").Tags["team"] = "shop";
        scene.Aws.Source.Push("shop/web", SampleImages.Single("web"), "1");
        scene.CreateRepositories = new RepositoryCreationOptions { CopySourceSettings = true };

        var report = await scene.PromoteAsync("shop/web:1");

        Assert.True(report.ExitCode == ExitCode.Done, report.Images[0].Failure?.Message);
        var settings = scene.Aws.Target.SettingsOf("shop/web");
        Assert.Equal(("IMMUTABLE", true, "shop", EcrScene.EveryKindOfSetting.LifecyclePolicy), (settings.TagMutability, settings.ScanOnPush, settings.Tags["team"], settings.LifecyclePolicy));
    }

    [Theory]
    [InlineData(true, "ecr:CreateRepository on arn:aws:ecr:eu-west-1:222222222222:repository/shop/web", ExitCode.AccessDenied)]
    [InlineData(false, "let createRepositories do it", ExitCode.Usage)]
    public async Task A_missing_repository_is_named_although_it_may_not_be_looked_for(bool creates, string says, ExitCode exitCode)
    {
        await using var scene = await EcrScene.StartAsync();
        scene.Aws.Source.Push("shop/web", SampleImages.Single("web"), "1");
        scene.CreateRepositories = creates ? new RepositoryCreationOptions() : null;
        scene.MayMoveTags = true;
        scene.TargetPermissions =
            [IamStatement.AllowAll, IamStatement.Deny(creates ? ["ecr:DescribeRepositories", "ecr:CreateRepository"] : ["ecr:DescribeRepositories", "ecr:BatchGetImage", "ecr:DescribeImages"])];

        var report = await scene.PromoteAsync("shop/web:1");

        var message = Assert.Single(report.Images).Failure!.Message;
        Assert.True(report.ExitCode == exitCode, message);
        Assert.Contains(says, message, StringComparison.Ordinal);
        Assert.Contains("shop/web", message, StringComparison.Ordinal);
        Assert.Equal(0, scene.Requests.Count(EmulatedAction.GetLayer));
    }

    private static async Task<EcrScene> SceneAsync(params string[] repositories)
    {
        var scene = await EcrScene.StartAsync();
        foreach (var repository in repositories)
        {
            scene.Aws.Source.Push(repository, SampleImages.Single(repository, layers: 1), "1");
            scene.Aws.Target.CreateRepository(repository);
        }

        return scene;
    }
}
