using Promoter.Emulator.Iam;
using Promoter.Emulator.Images;
using Promoter.Promotion;
using Promoter.Registries;

namespace Promoter.Tests.Promotion.Ecr;

/// <summary>Every 403 names action, resource, principal and side, and what to do: a contract, whether the registry endpoint or the JSON API said it.</summary>
public sealed class DeniedTests
{
    private static readonly string[] Everything =
    [
        "ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:DescribeImages", "ecr:BatchCheckLayerAvailability", "ecr:InitiateLayerUpload",
        "ecr:UploadLayerPart", "ecr:CompleteLayerUpload", "ecr:PutImage", "ecr:GetAccountSetting", "ecr:DescribeRepositories", "ecr:CreateRepository", "ecr:TagResource",
        "ecr:PutLifecyclePolicy", "ecr:SetRepositoryPolicy",
    ];

    public static TheoryData<Side, string, string> Actions => new()
    {
        { Side.Source, "ecr:GetAuthorizationToken", "*" },
        { Side.Source, "ecr:BatchGetImage", "arn:aws:ecr:eu-west-1:111111111111:repository/shop/web" },
        { Side.Source, "ecr:GetDownloadUrlForLayer", "arn:aws:ecr:eu-west-1:111111111111:repository/shop/web" },
        { Side.Target, "ecr:GetAuthorizationToken", "*" },
        { Side.Target, "ecr:BatchGetImage", "arn:aws:ecr:eu-west-1:222222222222:repository/shop/web" },
        { Side.Target, "ecr:BatchCheckLayerAvailability", "arn:aws:ecr:eu-west-1:222222222222:repository/shop/web" },
        { Side.Target, "ecr:InitiateLayerUpload", "arn:aws:ecr:eu-west-1:222222222222:repository/shop/web" },
        { Side.Target, "ecr:UploadLayerPart", "arn:aws:ecr:eu-west-1:222222222222:repository/shop/web" },
        { Side.Target, "ecr:CompleteLayerUpload", "arn:aws:ecr:eu-west-1:222222222222:repository/shop/web" },
        { Side.Target, "ecr:PutImage", "arn:aws:ecr:eu-west-1:222222222222:repository/shop/web" },
    };

    [Theory]
    [MemberData(nameof(Actions))]
    public async Task A_missing_action_is_named_with_resource_principal_side_and_remedy(Side side, string action, string resource)
    {
        await using var scene = await SceneAsync();
        scene.Aws.Target.CreateRepository("shop/web");
        Permit(scene, side, action);

        var message = await FailsAsync(scene);

        Names(message, side, action, resource);
    }

    [Theory]
    [InlineData("ecr:CreateRepository")]
    [InlineData("ecr:TagResource")]
    [InlineData("ecr:PutLifecyclePolicy")]
    [InlineData("ecr:SetRepositoryPolicy")]
    public async Task So_is_an_action_that_a_new_repository_takes(string action)
    {
        await using var scene = await SceneAsync();
        scene.CreateRepositories = EcrScene.EveryKindOfSetting;
        Permit(scene, Side.Target, action);

        var message = await FailsAsync(scene);

        Names(message, Side.Target, action, "arn:aws:ecr:eu-west-1:222222222222:repository/shop/web");
    }

    [Fact]
    public async Task A_source_repository_that_does_not_name_us_is_to_be_repaired_at_the_source()
    {
        await using var scene = await SceneAsync();
        scene.Aws.Target.CreateRepository("shop/web");
        scene.SourceRoleAccount = "222222222222";

        var message = await FailsAsync(scene);

        Assert.Contains("allow ecr:BatchGetImage to arn:aws:iam::222222222222:role/promoter-Source-", message, StringComparison.Ordinal);
        Assert.Contains("in the policy of the repository or registry on arn:aws:ecr:eu-west-1:111111111111:repository/shop/web", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_explicit_deny_is_not_answered_with_another_allow()
    {
        await using var scene = await SceneAsync();
        scene.Aws.Target.CreateRepository("shop/web");
        scene.TargetPermissions = [IamStatement.AllowAll, IamStatement.Deny(["ecr:PutImage"])];

        var message = await FailsAsync(scene);

        Assert.Contains("remove or narrow the deny in the identity-based policy that covers ecr:PutImage", message, StringComparison.Ordinal);
        Assert.DoesNotContain(": allow ", message, StringComparison.Ordinal);
    }

    private static void Permit(EcrScene scene, Side side, string butNot)
    {
        var statements = new[] { IamStatement.Allow([.. Everything.Except([butNot])]) };
        if (side == Side.Source) scene.SourcePermissions = statements;
        else scene.TargetPermissions = statements;
    }

    private static async Task<EcrScene> SceneAsync()
    {
        var scene = await EcrScene.StartAsync();
        var layer = new byte[40_000];
        new Random(1).NextBytes(layer);
        scene.Aws.Source.Push("shop/web", new ImageBuilder().WithLayer(layer, "application/vnd.oci.image.layer.v1.tar").Build(), "1");

        // In chunks, so that parts are sent.
        scene.Options = scene.Options with { ChunkedUploadThreshold = 10_000, ChunkSize = 8_192 };
        return scene;
    }

    private static async Task<string> FailsAsync(EcrScene scene)
    {
        var report = await scene.PromoteAsync("shop/web:1");

        var failure = Assert.IsType<RegistryException>(Assert.Single(report.Images).Failure);
        Assert.Equal(ExitCode.AccessDenied, report.ExitCode);
        Assert.Equal(RegistryFault.Denied, failure.Fault);
        Assert.Null(scene.Aws.Target.DigestOf("shop/web", "1"));
        return failure.Message;
    }

    private static void Names(string message, Side side, string action, string resource)
    {
        Assert.Contains($"{action} on {resource} at the {side.ToString().ToLowerInvariant()} registry", message, StringComparison.Ordinal);
        Assert.Matches($@"(role arn:aws:iam::\d+:role/|arn:aws:sts::\d+:assumed-role/)promoter-{side}-", message);
        Assert.Contains(": allow ", message, StringComparison.Ordinal);
        Assert.Matches(@"\(request (id )?[0-9a-f-]{36}\)", message);
        Assert.DoesNotContain('\n', message);
    }
}
