using Promoter.Emulator.Iam;
using Promoter.Emulator.Images;
using Promoter.Emulator.Registry;

namespace Promoter.Job.Tests.Doctor;

/// <summary>Input that can never work: how it comes about, and what a promotion has to say of it before any byte moves.</summary>
internal sealed record BadInput(Action<DoctorScene> Give, int ExitCode, string Image, params string[] Says)
{
    private const string Api = "shop/api:1";
    private const string New = "shop/new:1";

    public static IReadOnlyDictionary<string, BadInput> All { get; } = new Dictionary<string, BadInput>(StringComparer.Ordinal)
    {
        ["a role that cannot be assumed"] = new(s => s.SourceTrust = new RoleTrust(), 4, Api, "role arn:aws:iam::111111111111:role/promoter-source cannot be assumed", "in the role's trust policy"),
        ["an external id that could not be sent"] = new(s => s.MoreTargetIdentity = ", externalId: shop", 2, Api, "'externalId' cannot be sent with a web identity"),
        ["a region that does not exist"] = new(s => s.TargetHost = "222222222222.dkr.ecr.eu-wset-1.amazonaws.com", 4, Api, "region eu-wset-1", "did you mean eu-west-1?"),
        ["a region that is not the host's"] = new(s => s.MoreTargetIdentity = ", region: us-east-1", 2, Api, "region us-east-1 is configured, but the host is in eu-west-1"),
        ["an account id that is not the host's"] = new(s => s.MoreTargetIdentity = ", accountId: '333333333333'", 2, Api, "account 333333333333 is configured, but the host belongs to account 222222222222"),
        ["a host of another partition"] = new(s => s.TargetHost = "222222222222.dkr.ecr.cn-north-1.amazonaws.com", 2, Api, "region cn-north-1 belongs to partition aws-cn", "amazonaws.com.cn"),
        ["credentials that have expired and cannot be renewed"] = new(s => s.Aws.Clock.Advance(TimeSpan.FromDays(2)), 4, Api, "Token expired", "have expired and were not renewed"),
        ["a lifecycle policy that is not JSON"] = new(s => Creating(s, "{ lifecyclePolicyFile: broken.json }", "broken.json", "{ rules: "), 2, New, "broken.json", "JSON"),
        ["a lifecycle policy without rules"] = new(s => Creating(s, "{ lifecyclePolicyFile: empty.json }", "empty.json", "{}"), 2, New, "the lifecycle policy has no 'rules'"),
        ["a repository policy that is not JSON"] = new(s => Creating(s, "{ repositoryPolicyFile: broken.json }", "broken.json", "Statement:"), 2, New, "broken.json", "JSON"),
        ["a repository name that ECR refuses"] = new(
            s =>
            {
                s.CreateRepositories = "{ }";
                s.Aws.Source.Push("shop/a__b", SampleImages.Single("a"), "1");
            },
            2, "shop/a__b:1", "ECR refuses the repository name 'shop/a__b'", "let the rule rewrite the name"),
        ["a KMS key in another region"] = new(
            s => s.CreateRepositories = "{ encryption: { type: KMS, key: 'arn:aws:kms:us-east-1:222222222222:key/1234' } }", 2, New, "the KMS key is in us-east-1, but the registry is in eu-west-1"),
        ["a KMS key that does not exist"] = new(
            s => Creating(s, "{ encryption: { type: KMS, key: 'arn:aws:kms:eu-west-1:000000000000:key/1234' } }"), 4, New, "its KMS key cannot be used (NotFoundException)", "check the key's state, region and policy"),
        ["a KMS key without KMS"] = new(s => s.CreateRepositories = "{ encryption: { type: AES256, key: k } }", 2, New, "'key' goes with type KMS or KMS_DSSE"),
        ["no template that matches"] = new(s => Creating(s, "{ mode: rely-on-template }"), 2, New, "no creation template for CREATE_ON_PUSH covers its name"),
        ["a template that matches, but not for pushes"] = new(
            s =>
            {
                Creating(s, "{ mode: rely-on-template }");
                s.Aws.Target.AddCreationTemplate(new RepositoryCreationTemplate("shop", "PULL_THROUGH_CACHE"));
            },
            2, New, "no creation template for CREATE_ON_PUSH covers its name"),
        ["six exclusion filters"] = new(s => s.CreateRepositories = "{ tagMutability: IMMUTABLE, tagMutabilityExclusions: [a, b, c, d, e, f] }", 2, New, "tagMutabilityExclusions"),
        ["a tag name of AWS's own"] = new(s => s.CreateRepositories = "{ tags: { 'aws:team': shop } }", 2, New, "aws:"),
        ["a repository that nobody creates"] = new(s => s.Aws.Source.Push("shop/new", SampleImages.Single("new"), "1"), 2, New, "shop/new", "createRepositories"),
    };

    private static void Creating(DoctorScene scene, string section, string? file = null, string content = "")
    {
        scene.CreateRepositories = section;
        scene.Aws.Source.Push("shop/new", SampleImages.Single("new"), "1");
        if (file is not null) scene.Write(file, content);
    }
}
