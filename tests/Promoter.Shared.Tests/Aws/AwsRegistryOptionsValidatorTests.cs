using Promoter.Aws;
using Promoter.Promotion;

namespace Promoter.Tests.Aws;

public sealed class AwsRegistryOptionsValidatorTests
{
    private static readonly AwsRegistryOptions Good = new() { Host = AwsScene.Target };

    [Fact]
    public void A_host_alone_is_enough() => Assert.Empty(AwsRegistryOptionsValidator.Problems([Good]));

    [Fact]
    public void Every_identity_that_AWS_accepts_passes() => Assert.Empty(AwsRegistryOptionsValidator.Problems(
    [
        Good with { RoleArn = "arn:aws:iam::222222222222:role/path/promoter", ExternalId = "shop:prod/1", SessionName = "promoter-shop" },
        Good with { Host = AwsScene.Source, Source = AwsCredentialSource.Profile, Profile = "ci", RoleArn = "arn:aws:iam::111111111111:role/r", ExternalId = new string('x', 1224) },
    ]));

    public static TheoryData<string, AwsRegistryOptions> Bad => new()
    {
        { "is not the name of an AWS region", Good with { Region = "europe" } },
        { "the host is in eu-west-1", Good with { Region = "eu-central-1" } },
        { "belongs to account 222222222222", Good with { AccountId = "333333333333" } },
        { "twelve digits", Good with { AccountId = "333" } },
        { "is not the ARN of a role", Good with { RoleArn = "promoter" } },
        { "is not the ARN of a role", Good with { RoleArn = "arn:aws:iam::222222222222:user/promoter" } },
        { "partition aws-cn", Good with { RoleArn = "arn:aws-cn:iam::222222222222:role/promoter" } },
        { "externalId has 2 to 1224", Good with { RoleArn = "arn:aws:iam::222222222222:role/r", ExternalId = "a b" } },
        { "externalId is given without roleArn", Good with { ExternalId = "shop" } },
        { "cannot be sent with a web identity", Good with { Source = AwsCredentialSource.WebIdentity, RoleArn = "arn:aws:iam::222222222222:role/r", ExternalId = "shop" } },
        { "sessionName", Good with { SessionName = "a/b" } },
        { "profile is not set", Good with { Source = AwsCredentialSource.Profile } },
        { "profile is set, but", Good with { Profile = "ci" } },
        { "webIdentity is set, but", Good with { WebIdentityTokenFile = "/token" } },
        { "is not an http or https URL", Good with { EcrEndpoint = "localhost:4566" } },
        { "does not say its region", Good with { Host = "registry.example.com" } },
        { "12-digit account", Good with { Host = "1.dkr.ecr.eu-west-1.amazonaws.com" } },
        { "tagMutability 'immutable' is not one of", Good with { CreateRepositories = new RepositoryCreationOptions { TagMutability = "immutable" } } },
        { "needs at least one exclusion filter", Good with { CreateRepositories = new RepositoryCreationOptions { TagMutability = "IMMUTABLE_WITH_EXCLUSION" } } },
        { "does not end in _WITH_EXCLUSION", Good with { CreateRepositories = new RepositoryCreationOptions { MutabilityExclusions = ["sha256-*"] } } },
        { "6 exclusion filters", Good with { CreateRepositories = new RepositoryCreationOptions { TagMutability = "MUTABLE_WITH_EXCLUSION", MutabilityExclusions = ["a", "b", "c", "d", "e", "f"] } } },
        { "encryption type 'kms'", Good with { CreateRepositories = new RepositoryCreationOptions { EncryptionType = "kms" } } },
        { "the encryption type is not KMS", Good with { CreateRepositories = new RepositoryCreationOptions { KmsKey = "alias/x" } } },
        { "the KMS key is in us-east-1", Good with { CreateRepositories = new RepositoryCreationOptions { EncryptionType = "KMS", KmsKey = "arn:aws:kms:us-east-1:222222222222:key/1" } } },
        { "lifecycle policy is not valid JSON", Good with { CreateRepositories = new RepositoryCreationOptions { LifecyclePolicy = "rules: []" } } },
        { "lifecycle policy has no 'rules'", Good with { CreateRepositories = new RepositoryCreationOptions { LifecyclePolicy = "{}" } } },
        { "repository policy has no 'Statement'", Good with { CreateRepositories = new RepositoryCreationOptions { RepositoryPolicy = "[]" } } },
        { "names that start with aws:", Good with { CreateRepositories = new RepositoryCreationOptions { Tags = new Dictionary<string, string> { ["aws:x"] = "y" } } } },
        { "leave the settings out", Good with { CreateRepositories = new RepositoryCreationOptions { ByTemplate = true, ScanOnPush = true } } },
        { "is not a registry host", Good with { Host = "https://x" } },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void What_cannot_work_is_named_before_any_request(string expected, AwsRegistryOptions options)
    {
        var problem = Assert.Single(AwsRegistryOptionsValidator.Problems([options]));

        Assert.StartsWith($"registry {options.Host}: ", problem, StringComparison.Ordinal);
        Assert.Contains(expected, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void All_problems_come_at_once()
    {
        var options = Good with { Region = "eu-central-1", SessionName = "a/b" };

        var exception = Assert.Throws<PromotionException>(() => new AwsRegistries([options, options]));

        Assert.Contains("configured 2 times", exception.Message, StringComparison.Ordinal);
        Assert.Contains("eu-central-1", exception.Message, StringComparison.Ordinal);
        Assert.Contains("sessionName", exception.Message, StringComparison.Ordinal);
    }
}
