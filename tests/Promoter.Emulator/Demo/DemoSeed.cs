using Promoter.Emulator.Iam;
using Promoter.Emulator.Images;

namespace Promoter.Emulator.Demo;

/// <summary>
/// What a first look needs: a signed two-platform image with an SBOM at the source, a second image that nobody asks for, empty repositories at
/// the target, and a role in either account that one user may assume.
/// </summary>
public static class DemoSeed
{
    public const string ExternalId = "promoter-demo";

    /// <summary>The user whose key the demonstration starts from; alone, it may do nothing but assume the two roles.</summary>
    public static DemoIdentities Plant(EmulatedAws aws)
    {
        var (source, target) = (aws.Options.SourceAccount, aws.Options.TargetAccount);
        var web = aws.Source.Push("shop/web", Web(), "1.4.2");
        aws.Source.Push("shop/web", SampleImages.Cosign(web), SampleImages.CosignTag(web));
        aws.Source.Push("shop/web", SampleImages.Sbom(web));
        aws.Source.Push("shop/batch", SampleImages.Single("batch", layers: 1), "9.9.9");
        aws.Target.CreateRepository("shop/web");
        aws.Target.CreateRepository("shop/batch");

        var trust = new RoleTrust { Principals = [Arn.Root(target)], ExternalId = ExternalId };
        var reader = aws.Iam.CreateRole(
            source, "promoter-source", trust,
            IamStatement.Allow(["ecr:GetAuthorizationToken"]),
            IamStatement.Allow(
                ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability", "ecr:DescribeImages", "ecr:DescribeRepositories"],
                Arn.Repository(aws.Options.Region, source, "shop/*")));
        var writer = aws.Iam.CreateRole(
            target, "promoter-target", trust,
            IamStatement.Allow(["ecr:GetAuthorizationToken", "ecr:GetAccountSetting", "ecr:DescribeRegistry", "ecr:DescribeRepositoryCreationTemplates"]),
            IamStatement.Allow(["ecr:*"], Arn.Repository(aws.Options.Region, target, "shop/*")));
        var user = aws.Iam.CreateUser(target, "demo", IamStatement.Allow(["sts:AssumeRole"], reader.Arn, writer.Arn));
        return new DemoIdentities(user, reader.Arn, writer.Arn);
    }

    private static BuiltImage Web() => new IndexBuilder().Add(Web("amd64"), Web("arm64")).WithAnnotation("org.opencontainers.image.version", "1.4.2").Build();

    private static BuiltImage Web(string architecture) => new ImageBuilder().ForPlatform("linux", architecture)
        .WithFiles(new Dictionary<string, string> { ["etc/os-release"] = "ID=demo\nVERSION_ID=1\n", ["etc/passwd"] = "app:x:10001:10001::/app:/sbin/nologin\n" })
        .WithFiles(new Dictionary<string, string> { ["app/index.html"] = "<h1>shop 1.4.2</h1>\n", ["start"] = $"#!/bin/sh\necho shop web 1.4.2 on {architecture}\n" })
        .Build();
}

/// <summary>Who the demonstration runs as.</summary>
public sealed record DemoIdentities(AccessKey User, string SourceRole, string TargetRole);
