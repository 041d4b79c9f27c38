using Promoter.Aws;
using Promoter.Promotion.Configuration;
using Promoter.Registries;

namespace Promoter.Tests.Aws;

public sealed class ConfiguredRegistriesTests
{
    private const string Rules = """
        apiVersion: promoter.dev/v1alpha1
        kind: PromotionConfig
        rules:
        - name: apps
          source: 111111111111.dkr.ecr.eu-west-1.amazonaws.com
          target: 222222222222.dkr.ecr.eu-west-1.amazonaws.com/shop

        """;

    [Fact]
    public void Registries_that_only_rules_name_are_known_with_their_side()
    {
        var options = ConfiguredRegistries.Of(Parse(""));

        Assert.Equal(
            [(AwsScene.Source, Side.Source), (AwsScene.Target, Side.Target)],
            options.Select(item => (item.Host, item.Side!.Value)));
        Assert.All(options, item => Assert.Equal(AwsCredentialSource.Default, item.Source));
    }

    [Fact]
    public void Every_key_of_an_identity_arrives()
    {
        var option = Target("""
              aws:
                roleArn: arn:aws:iam::222222222222:role/promoter
                sessionName: promoter-shop
                region: eu-west-1
                accountId: "222222222222"
                webIdentity: { tokenFile: /token }
                ecrEndpoint: http://localhost:4566
                stsEndpoint: http://localhost:4567
            """);

        Assert.Equal(
            new AwsRegistryOptions
            {
                Host = AwsScene.Target,
                Side = Side.Target,
                Region = "eu-west-1",
                Source = AwsCredentialSource.WebIdentity,
                WebIdentityTokenFile = "/token",
                RoleArn = "arn:aws:iam::222222222222:role/promoter",
                SessionName = "promoter-shop",
                AccountId = "222222222222",
                EcrEndpoint = "http://localhost:4566",
                StsEndpoint = "http://localhost:4567",
            },
            option);
        Assert.Empty(AwsRegistryOptionsValidator.Problems([option]));
    }

    [Theory]
    [InlineData("aws: { profile: ci }", AwsCredentialSource.Profile)]
    [InlineData("aws: { podIdentity: true }", AwsCredentialSource.PodIdentity)]
    [InlineData("aws: { roleArn: \"arn:aws:iam::222222222222:role/r\", externalId: shop }", AwsCredentialSource.Default)]
    public void The_base_identity_follows_from_the_keys(string aws, AwsCredentialSource expected) => Assert.Equal(expected, Target("  " + aws).Source);

    [Theory]
    [InlineData("IMMUTABLE", "", "IMMUTABLE")]
    [InlineData("IMMUTABLE", "sha256-*", "IMMUTABLE_WITH_EXCLUSION")]
    [InlineData("MUTABLE", "v*", "MUTABLE_WITH_EXCLUSION")]
    public void Exceptions_turn_mutability_into_ECRs_word_for_it(string mutability, string exclusion, string expected)
    {
        var exclusions = exclusion.Length > 0 ? $", tagMutabilityExclusions: [\"{exclusion}\"]" : "";

        var creation = Target($"  createRepositories: {{ tagMutability: {mutability}{exclusions}, scanOnPush: true, encryption: {{ type: KMS, key: alias/ecr }}, tags: {{ team: shop }} }}").CreateRepositories;

        Assert.NotNull(creation);
        Assert.Equal((expected, true, "KMS", "alias/ecr"), (creation.TagMutability, creation.ScanOnPush, creation.EncryptionType, creation.KmsKey));
        Assert.Equal("shop", creation.Tags["team"]);
        Assert.Null(creation.LifecyclePolicy);
    }

    [Theory]
    [InlineData("never", false, false)]
    [InlineData("if-missing", true, false)]
    [InlineData("rely-on-template", true, true)]
    public void The_mode_says_who_creates(string mode, bool creates, bool byTemplate)
    {
        var creation = Target($"  createRepositories: {{ mode: {mode} }}").CreateRepositories;

        Assert.Equal(creates, creation is not null);
        Assert.Equal(byTemplate, creation?.ByTemplate ?? false);
    }

    [Fact]
    public void The_public_gallery_and_other_registries_stay_out_unless_they_have_an_identity()
    {
        var options = ConfiguredRegistries.Of(Parse("""
            registries:
            - host: public.ecr.aws
            - host: ghcr.io
            - host: mirror.example.com
              aws: { region: eu-west-1 }
            """));

        Assert.Equal(["mirror.example.com", AwsScene.Source, AwsScene.Target], options.Select(item => item.Host));
    }

    [Fact]
    public void A_host_that_only_looks_like_ECR_is_kept_so_that_it_is_named()
    {
        var options = ConfiguredRegistries.Of(Parse("""
            registries:
            - host: 11111111111.dkr.ecr.eu-west-1.amazonaws.com
            """));

        Assert.Contains("12-digit account", Assert.Single(AwsRegistryOptionsValidator.Problems(options.ToList())), StringComparison.Ordinal);
    }

    private static AwsRegistryOptions Target(string body) =>
        ConfiguredRegistries.Of(Parse($"registries:\n- host: {AwsScene.Target}\n{body}\n")).Single(item => item.Host == AwsScene.Target);

    private static PromotionConfig Parse(string registries) => PromotionConfigFile.Read("config.yaml", Rules + registries, new ConfigEnvironment(new Dictionary<string, string>()), ".");
}
