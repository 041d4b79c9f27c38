using Promoter.Emulator.Recording;
using Promoter.Emulator.Registry;

namespace Promoter.Job.Tests.Doctor;

/// <summary>The command <c>promoter doctor</c> on an emulated AWS: it names what is broken, and is content where a promotion would work.</summary>
public sealed class DoctorCommandTests
{
    public static TheoryData<string> Faults => [.. PlantedFault.All.Keys];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_planted_fault_is_named_with_its_side_and_the_exit_code_that_a_promotion_would_have(string fault)
    {
        await using var scene = await DoctorScene.StartAsync();
        var planted = PlantedFault.All[fault];
        planted.Plant(scene);

        var result = await scene.RunAsync("doctor", planted.Image is { } image ? [scene.To(image)] : []);

        Assert.True(result.ExitCode == planted.ExitCode, result.ToString());
        var findings = Findings(result.Output, planted.Side);
        Assert.True(findings.Count > 0, $"no failure on the {planted.Side} side\n{result}");
        Assert.All(planted.Says, words => Assert.True(findings.Exists(finding => finding.Contains(words, StringComparison.Ordinal)), $"'{words}' is not said of the {planted.Side}\n{result}"));
        Assert.Contains("a promotion would fail", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("shop/api:1")]
    [InlineData("shop/new:1")]
    [InlineData(null)]
    public async Task Where_a_promotion_would_work_the_exit_code_is_0_and_nothing_is_changed(string? image)
    {
        await using var scene = await DoctorScene.StartAsync();
        scene.CreateEverything();
        scene.Aws.Target.CreateRepository("shop/api", new EcrRepositorySettings { ScanOnPush = true });
        var before = (scene.Aws.Target.Repositories, scene.Aws.Target.SettingsOf("shop/api").TagMutability, scene.Aws.Target.BlobsOf("shop/api"), scene.Aws.Target.ManifestsOf("shop/api"));

        var result = await scene.RunAsync("doctor", image is null ? [] : [scene.To(image)]);

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.DoesNotContain("  fail ", result.Output, StringComparison.Ordinal);
        Assert.Contains("a promotion would work", result.Output, StringComparison.Ordinal);
        Assert.Equivalent(before, (scene.Aws.Target.Repositories, scene.Aws.Target.SettingsOf("shop/api").TagMutability, scene.Aws.Target.BlobsOf("shop/api"), scene.Aws.Target.ManifestsOf("shop/api")), strict: true);
        Assert.Empty(scene.Aws.Target.SettingsOf("shop/api").Tags);
        if (image is null) return;
        var promoted = await scene.RunAsync("promote", scene.To(image));
        Assert.True(promoted.ExitCode == 0, promoted.ToString());
    }

    [Theory]
    [InlineData("ecr:DescribeImages")]
    [InlineData("ecr:GetAccountSetting")]
    [InlineData("ecr:GetDownloadUrlForLayer")]
    [InlineData("ecr:DescribeRepositories")]
    [InlineData("ecr:CreateRepository")]
    public async Task What_a_promotion_does_without_is_a_warning(string action)
    {
        await using var scene = await DoctorScene.StartAsync();
        scene.CreateRepositories = "{ tagMutability: MUTABLE }";
        scene.TargetActions.Remove(action);

        var result = await scene.RunAsync("doctor", scene.To("shop/api:1"));
        var promoted = await scene.RunAsync("promote", scene.To("shop/api:1"));

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Contains($"warn    {action}", result.Output, StringComparison.Ordinal);
        Assert.Contains("missing on the target side: {\"Effect\":\"Allow\",\"Action\":\"" + action, result.Output, StringComparison.Ordinal);
        Assert.True(promoted.ExitCode == 0, promoted.ToString());
    }

    [Fact]
    public async Task A_clock_that_is_two_minutes_off_is_a_warning()
    {
        await using var scene = await DoctorScene.StartAsync();
        scene.Aws.ApiClockSkew = TimeSpan.FromMinutes(-2);

        var result = await scene.RunAsync("doctor", scene.To("shop/api:1"));

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Contains("this machine's clock is 2 min ahead of AWS's", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disabled_mounting_and_archived_images_are_warnings()
    {
        await using var scene = await DoctorScene.StartAsync();
        scene.Aws.Target.Behaviour.Mounts = MountRule.Never;
        var other = scene.Aws.Source.Push("shop/api", Promoter.Emulator.Images.SampleImages.Single("old"), "0");
        scene.Aws.Source.Archive("shop/api", other.Digest);

        var result = await scene.RunAsync("doctor", scene.To("shop/api:1"));

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Contains("put-account-setting --name BLOB_MOUNTING", result.Output, StringComparison.Ordinal);
        Assert.Contains("has archived images, which cannot be pulled", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Drift_is_reported_and_corrected_only_when_asked()
    {
        await using var scene = await DoctorScene.StartAsync();
        scene.CreateEverything();
        scene.TargetActions.UnionWith(["ecr:PutImageTagMutability", "ecr:PutImageScanningConfiguration"]);

        var reported = await scene.RunAsync("doctor", scene.To("shop/api:1"));
        var untouched = scene.Aws.Target.SettingsOf("shop/api").TagMutability;
        var repaired = await scene.RunAsync("doctor", "--repair", scene.To("shop/api:1"));
        var settings = scene.Aws.Target.SettingsOf("shop/api");

        Assert.True(reported.ExitCode == 0, reported.ToString());
        Assert.Contains("tagMutability is MUTABLE, configured is IMMUTABLE; scanOnPush is false, configured is true; lifecyclePolicy is none", reported.Output, StringComparison.Ordinal);
        Assert.Contains("promoter doctor --repair", reported.Output, StringComparison.Ordinal);
        Assert.Equal("MUTABLE", untouched);
        Assert.True(repaired.ExitCode == 0, repaired.ToString());
        Assert.Contains("tagMutability was MUTABLE, is now IMMUTABLE", repaired.Output, StringComparison.Ordinal);
        Assert.Contains("as configured", repaired.Output, StringComparison.Ordinal);
        Assert.Equal(("IMMUTABLE", true, "shop"), (settings.TagMutability, settings.ScanOnPush, settings.Tags["team"]));
        Assert.NotNull(settings.LifecyclePolicy);
        Assert.NotNull(settings.Policy);
    }

    [Theory]
    [InlineData("ecr:PutLifecyclePolicy", "lifecyclePolicy is none")]
    [InlineData("ecr:SetRepositoryPolicy", "repositoryPolicy is none")]
    public async Task A_repository_that_was_created_by_half_is_reported_and_completed(string action, string drift)
    {
        await using var scene = await DoctorScene.StartAsync();
        scene.CreateEverything();
        scene.TargetActions.Remove(action);

        var failed = await scene.RunAsync("promote", scene.To("shop/new:1"));
        scene.TargetActions.Add(action);
        var next = await scene.RunAsync("promote", scene.To("shop/new:1"));
        var reported = await scene.RunAsync("doctor", scene.To("shop/new:1"));
        var repaired = await scene.RunAsync("doctor", "--repair", scene.To("shop/new:1"));

        Assert.True(failed.ExitCode == 4, failed.ToString());
        Assert.Contains($"repository shop/new was created in the target registry", failed.Output, StringComparison.Ordinal);
        Assert.Contains($"but not with all its policies: {action} on arn:aws:ecr:eu-west-1:222222222222:repository/shop/new", failed.Output, StringComparison.Ordinal);
        Assert.Contains("complete it by promoter doctor --repair", failed.Output, StringComparison.Ordinal);
        Assert.True(next.ExitCode == 0, next.ToString());
        Assert.Contains(drift, reported.Output, StringComparison.Ordinal);
        Assert.True(repaired.ExitCode == 0, repaired.ToString());
        Assert.NotNull(scene.Aws.Target.SettingsOf("shop/new").LifecyclePolicy);
        Assert.NotNull(scene.Aws.Target.SettingsOf("shop/new").Policy);
    }

    [Fact]
    public async Task Drift_that_the_identity_may_not_correct_comes_with_the_statement_that_it_lacks()
    {
        await using var scene = await DoctorScene.StartAsync();
        scene.CreateRepositories = "{ tagMutability: IMMUTABLE, scanOnPush: true }";

        var reported = await scene.RunAsync("doctor", scene.To("shop/api:1"));
        var repaired = await scene.RunAsync("doctor", "--repair", scene.To("shop/api:1"));

        Assert.True(reported.ExitCode == 0, reported.ToString());
        Assert.Contains("\"Action\":\"ecr:PutImageTagMutability\"", reported.Output, StringComparison.Ordinal);
        Assert.Contains("\"Action\":\"ecr:PutImageScanningConfiguration\"", reported.Output, StringComparison.Ordinal);
        Assert.True(repaired.ExitCode == 4, repaired.ToString());
        Assert.Contains("repository-repairer.json", repaired.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repository_that_a_template_would_make_is_not_made_by_looking()
    {
        await using var scene = await DoctorScene.StartAsync();
        scene.CreateRepositories = "{ mode: rely-on-template }";
        scene.Aws.Source.Push("shop/new", Promoter.Emulator.Images.SampleImages.Single("new"), "1");
        scene.Aws.Target.AddCreationTemplate(new RepositoryCreationTemplate("shop", "CREATE_ON_PUSH"));

        var result = await scene.RunAsync("doctor", scene.To("shop/new:1"));

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Contains("a creation template covers its name", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("shop/new", scene.Aws.Target.Repositories);
    }

    [Theory]
    [InlineData(0, false, "ok +replica of shop/api in eu-central-1 +complete")]
    [InlineData(1, false, "warn +replica of shop/api in eu-central-1 +on its way")]
    [InlineData(0, true, "warn +replica of shop/api in eu-central-1 +FAILED")]
    public async Task Replicas_and_scan_findings_of_what_is_there_are_shown_to_who_may_see_them(int hours, bool fails, string replica)
    {
        await using var scene = await DoctorScene.StartAsync();
        scene.Aws.Target.Push("shop/api", scene.Image, "1");
        scene.Aws.Target.SetScanFindings("shop/api", scene.Image.Digest, new Dictionary<string, int> { ["LOW"] = 7, ["CRITICAL"] = 2 });
        scene.Aws.Target.Behaviour.ReplicatesTo = ["eu-central-1"];
        scene.Aws.Target.Behaviour.ReplicationTakes = TimeSpan.FromHours(hours);
        scene.Aws.Target.Behaviour.ReplicationFails = fails;

        var without = await scene.RunAsync("doctor", scene.To("shop/api:1"));
        scene.TargetActions.UnionWith(["ecr:DescribeImageReplicationStatus", "ecr:DescribeImageScanFindings"]);
        var with = await scene.RunAsync("doctor", scene.To("shop/api:1"));

        Assert.True(without.ExitCode == 0, without.ToString());
        Assert.DoesNotContain("replica of", without.Output, StringComparison.Ordinal);
        Assert.True(with.ExitCode == 0, with.ToString());
        Assert.Matches(replica, with.Output);
        Assert.Matches("warn +scan of shop/api +found 2 CRITICAL, 7 LOW", with.Output);
    }

    [Fact]
    public async Task The_JSON_has_each_statement_as_an_object_with_its_side()
    {
        await using var scene = await DoctorScene.StartAsync();
        scene.TargetActions.Remove("ecr:PutImage");

        var result = await scene.RunAsync("doctor", "--output", "json", scene.To("shop/api:1"));

        var check = result.Json["checks"]!.AsArray().Single(c => (string?)c!["status"] == "fail")!;
        Assert.False((bool)result.Json["wouldWork"]!);
        Assert.Equal(("target", "ecr:PutImage"), ((string?)check["side"], (string?)check["missingStatement"]!["Action"]));
    }

    [Fact]
    public async Task An_unchanged_target_sees_only_reads_and_refused_writes()
    {
        await using var scene = await DoctorScene.StartAsync();

        var result = await scene.RunAsync("doctor", scene.To("shop/api:1"));

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Empty(scene.Aws.Requests.Where(EmulatedAction.PutManifest).Concat(scene.Aws.Requests.Where(EmulatedAction.PutTag)).Concat(scene.Aws.Requests.Where(EmulatedAction.StartUpload)));
    }

    // The failures of one side, each with the lines below it.
    private static List<string> Findings(string output, string side)
    {
        var findings = new List<string>();
        var isOurs = false;
        var isFailure = false;
        foreach (var line in output.Split('\n'))
        {
            if (!line.StartsWith(' ')) isOurs = line.StartsWith(side + " ", StringComparison.Ordinal);
            else if (!line.StartsWith("    ", StringComparison.Ordinal)) isFailure = line.StartsWith("  fail ", StringComparison.Ordinal);
            if (!isOurs || !isFailure || !line.StartsWith(' ')) continue;
            if (line.StartsWith("  fail ", StringComparison.Ordinal)) findings.Add(line);
            else findings[^1] += "\n" + line;
        }

        return findings;
    }
}
