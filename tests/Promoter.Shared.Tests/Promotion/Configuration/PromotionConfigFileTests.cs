using Promoter.Copying;
using Promoter.Oci;
using Promoter.Promotion.Configuration;
using Promoter.Registries;

namespace Promoter.Tests.Promotion.Configuration;

public sealed class PromotionConfigFileTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("promoter-config-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Every_key_reaches_its_property()
    {
        File.WriteAllText(Path.Combine(_directory.FullName, "lifecycle.json"), """{"rules":[]}""");

        var config = Read(
            """
            apiVersion: promoter.dev/v1alpha1
            kind: PromotionConfig
            rules:
            - name: apps
              source: 111111111111.dkr.ecr.eu-west-1.amazonaws.com/team
              target: 222222222222.dkr.ecr.eu-west-1.amazonaws.com/live/team
              repositories: ["live/team/**"]
              exclude: ["live/team/internal/*"]
              tags: { allow: ["v*"], deny: ["latest"], mayMove: ["v?"] }
              referrers: ["application/spdx+json"]
              requireSignature: true
            registries:
            - host: 111111111111.DKR.ecr.eu-west-1.amazonaws.com
              endpoint: https://vpce-1.example.com:8443
              aws:
                roleArn: "arn:aws:iam::111111111111:role/path/promoter-source"
                externalId: 0012
                sessionName: promoter
                region: eu-west-1
                accountId: "111111111111"
                ecrEndpoint: https://ecr.example.com
                stsEndpoint: https://sts.example.com
            - host: 222222222222.dkr.ecr.eu-west-1.amazonaws.com
              createRepositories:
                mode: if-missing
                copySettingsFromSource: true
                tagMutability: IMMUTABLE
                tagMutabilityExclusions: ["dev-*"]
                scanOnPush: true
                encryption: { type: KMS, key: alias/ecr }
                lifecyclePolicyFile: lifecycle.json
                repositoryPolicyFile: ""
                tags: { team: shop }
            - host: localhost:5000
              plainHttp: true
            - host: 333333333333.dkr.ecr.eu-west-1.amazonaws.com
              aws: { webIdentity: { tokenFile: /var/run/token } }
            - host: 444444444444.dkr.ecr.eu-west-1.amazonaws.com
              aws: { podIdentity: true, region: "" }
            transfer:
              parallelism: 4
              retries: 0
              idleTimeout: 1m30s
              stallWarning: 20s
              totalTimeout: 2h
              rateLimits: { writeManifest: 8, readBlob: 0.5 }
              chunkedUploadThreshold: 64MiB
            admission: { anything: [1] }
            """);

        var rule = Assert.Single(config.Rules);
        Assert.Equal("apps", rule.Name);
        Assert.Equal("111111111111.dkr.ecr.eu-west-1.amazonaws.com/team", rule.Source.ToString());
        Assert.Equal(("222222222222.dkr.ecr.eu-west-1.amazonaws.com", "live/team"), (rule.Target.Host, rule.Target.Path));
        Assert.Equal("live/team/**", Assert.Single(rule.Repositories).Pattern);
        Assert.Equal("live/team/internal/*", Assert.Single(rule.Exclude).Pattern);
        Assert.Null(rule.Tags.Refusal(Tag.Parse("v1")));
        Assert.True(rule.Tags.MayTagMove(Tag.Parse("v1")));
        Assert.False(rule.Tags.MayTagMove(Tag.Parse("v10")));
        Assert.Equal(["application/spdx+json"], rule.Referrers.Types);
        Assert.True(rule.RequireSignature);

        var source = Registry(config, "111111111111.dkr.ecr.eu-west-1.amazonaws.com");
        Assert.Equal(new Uri("https://vpce-1.example.com:8443"), source.Endpoint);
        Assert.Equal(
            new AwsIdentityConfig
            {
                RoleArn = "arn:aws:iam::111111111111:role/path/promoter-source",
                ExternalId = "0012",
                SessionName = "promoter",
                Region = "eu-west-1",
                AccountId = "111111111111",
                EcrEndpoint = new Uri("https://ecr.example.com"),
                StsEndpoint = new Uri("https://sts.example.com"),
            },
            source.Aws);

        Assert.Equal("/var/run/token", Registry(config, "333333333333.dkr.ecr.eu-west-1.amazonaws.com").Aws?.WebIdentity?.TokenFile);
        Assert.Equal(new AwsIdentityConfig { PodIdentity = true }, Registry(config, "444444444444.dkr.ecr.eu-west-1.amazonaws.com").Aws);

        var creation = Registry(config, "222222222222.dkr.ecr.eu-west-1.amazonaws.com").CreateRepositories!;
        Assert.Equal(RepositoryCreation.IfMissing, creation.Mode);
        Assert.True(creation.CopySettingsFromSource);
        Assert.Equal(TagMutability.Immutable, creation.TagMutability);
        Assert.Equal(["dev-*"], creation.TagMutabilityExclusions);
        Assert.True(creation.ScanOnPush);
        Assert.Equal(new RepositoryEncryptionConfig { Type = "KMS", Key = "alias/ecr" }, creation.Encryption);
        Assert.Equal("""{"rules":[]}""", creation.LifecyclePolicy?.Text);
        Assert.Null(creation.RepositoryPolicy);
        Assert.Equal("shop", creation.Tags["team"]);

        Assert.True(Registry(config, "localhost:5000").PlainHttp);
        Assert.Equal((4, 0, TimeSpan.FromSeconds(90)), (config.Transfer.Parallelism, config.Transfer.Retries, config.Transfer.IdleTimeout));
        Assert.Equal((TimeSpan.FromSeconds(90), TimeSpan.FromSeconds(20)), (config.Transfer.ClientOptions.IdleTimeout, config.Transfer.ClientOptions.StallWarning));
        Assert.Equal(TimeSpan.FromHours(2), config.Transfer.TotalTimeout);
        Assert.Equal(8, config.Transfer.RateLimits[RegistryAction.WriteManifest]);
        Assert.Equal(0.5, config.Transfer.RateLimits[RegistryAction.ReadBlob]);
        Assert.Equal(64 << 20, config.Transfer.ChunkedUploadThreshold);
        Assert.NotNull(config.Admission);
    }

    [Fact]
    public void What_is_left_out_has_its_default()
    {
        var config = Read("apiVersion: promoter.dev/v1alpha1\nkind: PromotionConfig\nrules: [{name: a, source: a.example, target: b.example}]\n");

        var rule = Assert.Single(config.Rules);
        Assert.True(Assert.Single(rule.Repositories).IsMatch("any/thing"));
        Assert.Null(rule.Tags.Refusal(Tag.Parse("latest")));
        Assert.Equal(ReferrerSelection.All, rule.Referrers);
        Assert.Equal(new TransferConfig().IdleTimeout, config.Transfer.IdleTimeout);
        Assert.Null(config.Transfer.TotalTimeout);
        Assert.Null(config.Admission);
        Assert.Empty(config.Registries);
    }

    [Fact]
    public void Everything_that_is_wrong_is_reported_at_once_with_its_place()
    {
        var problems = Problems(
            """
            apiVersion: promoter.dev/v1
            rulez: []
            rules:
            - name: a
              source: a.example
              tags: { alow: ["*"] }
              repositories: "shop/*"
            - source: "https://a.example"
              target: B..example
              repositories: ["shop/[a]", ok]
              repositories: []
            registries:
            - host: 111111111111.dkr.ecr.eu-west-1.amazonaws.com
              role_arn: x
              plainHttp: yes
              aws: { roleArn: "arn:aws:iam::12:role/x", region: Ireland }
            transfer:
              parallelism: 0
              retries: "5"
              idleTimeout: 30
              rateLimits: { putImage: 1, readBlob: -1 }
              chunkedUploadThreshold: ~
            """);

        Assert.Equal(
            [
                "c.yaml:1:1: configuration has no 'kind': Always `PromotionConfig`.",
                "c.yaml:1:13: must be one of promoter.dev/v1alpha1; found 'promoter.dev/v1', did you mean 'promoter.dev/v1alpha1'?",
                "c.yaml:2:1: unknown key 'rulez' in configuration: did you mean 'rules'?",
                "c.yaml:4:3: rule has no 'target': The registry that manifests name, optionally with a prefix of repositories; the path below it is the same on both sides.",
                "c.yaml:6:11: unknown key 'alow' in tags: did you mean 'allow'?",
                "c.yaml:7:17: must be a list, found a text: write [..], or one item per line after '- '",
                "c.yaml:8:3: rule has no 'name': What reports call the rule.",
                "c.yaml:8:11: 'https://a.example' starts with a URL scheme: write the registry's host (endpoint: under registries says where it is reached)",
                "c.yaml:9:11: 'B..example' is not a registry host: write host or host:port",
                "c.yaml:10:18: the glob 'shop/[a]' has the character '[', which no repository and no tag has: globs know *, ** and ?",
                "c.yaml:11:3: duplicate key 'repositories': it already stands in line 10",
                "c.yaml:14:3: unknown key 'role_arn' in registry: it has the keys host, endpoint, plainHttp, aws, createRepositories",
                "c.yaml:15:14: must be true or false, found 'yes'",
                "c.yaml:16:19: 'arn:aws:iam::12:role/x' is not a valid role ARN: write arn:aws:iam::ACCOUNT:role/NAME",
                "c.yaml:16:53: 'Ireland' is not a valid AWS region: write for example eu-west-1",
                "c.yaml:18:16: must be a whole number from 1 to 256, found '0'",
                "c.yaml:19:12: must be a whole number from 0 to 20, found '5' in quotes",
                "c.yaml:20:16: '30' is not a duration: write a number and a unit, for example 500ms, 30s, 5m or 1h30m",
                "c.yaml:21:17: must be one of readManifest, writeManifest, checkBlob, readBlob, startUpload, writeChunk, finishUpload, listReferrers; found 'putImage'",
                "c.yaml:21:40: must be a number from 0.01 to 10000, found '-1'",
                "c.yaml:22:3: 'chunkedUploadThreshold' has no value: write one, or leave the key out",
            ],
            problems);
    }

    [Theory]
    [InlineData("rules: [{name: a, source: a.example, target: a.example}]", "3:9: source and target are both a.example: a promotion needs two places")]
    [InlineData("rules: [{name: a, source: a.example, target: b.example}, {name: a, source: a.example, target: c.example}]", "1:1: two rules are called 'a': reports name rules, so each needs a name of its own")]
    [InlineData("registries: [{host: a.example}, {host: A.example}]", "1:1: registry 'a.example' is listed twice: join the two entries")]
    [InlineData("registries: [{host: a.example, endpoint: 'http://b.example'}]", "3:14: the endpoint http://b.example/ sends credentials in clear: use https, or say plainHttp: true")]
    [InlineData("registries: [{host: a.example, endpoint: 'https://b.example/v2'}]", "3:42: 'https://b.example/v2' is not an endpoint: write scheme, host and port, for example https://vpce-1.example.com:443")]
    [InlineData("registries: [{host: a.example, plainHttp: true, endpoint: 'https://b.example'}]", "3:14: plainHttp: true contradicts the endpoint https://b.example/: leave one of them out")]
    [InlineData("registries: [{host: a.example, aws: {externalId: x}}]", "3:37: 'externalId' goes with a role: add roleArn, or leave it out")]
    [InlineData("registries: [{host: a.example, aws: {profile: x, webIdentity: {}}}]", "3:37: 'profile', 'webIdentity' and 'podIdentity' each say where the first credentials come from: keep one")]
    [InlineData("registries: [{host: a.example, aws: {roleArn: 'arn:aws:iam::111111111111:role/r', externalId: x, webIdentity: {}}}]", "3:37: 'externalId' cannot be sent with a web identity: leave it out, or assume the role from other credentials")]
    [InlineData("registries: [{host: a.example, createRepositories: {encryption: {key: x}}}]", "3:65: 'key' goes with type KMS or KMS_DSSE: set the type, or leave the key out")]
    [InlineData("registries: [{host: a.example, createRepositories: {tagMutabilityExclusions: [x]}}]", "3:52: 'tagMutabilityExclusions' are exceptions to tagMutability: set that too")]
    [InlineData("transfer: {idleTimeout: 5m, totalTimeout: 1m}", "3:11: totalTimeout (1m) is below idleTimeout (5m), which then never strikes")]
    [InlineData("transfer: {idleTimeout: 60d}", "3:25: must be a duration from 100ms to 1h, found '60d'")]
    [InlineData("transfer: {idleTimeout: 1ms}", "3:25: must be a duration from 100ms to 1h, found '1ms'")]
    [InlineData("transfer: {stallWarning: 90m}", "3:26: must be a duration from 100ms to 1h, found '90m'")]
    [InlineData("transfer: {totalTimeout: 365d}", "3:26: must be a duration from 100ms to 7d, found '365d'")]
    [InlineData("transfer: {rateLimits: {readBlob: 0.000001}}", "3:35: must be a number from 0.01 to 10000, found '0.000001'")]
    [InlineData("notifications: {timeout: 5m}", "3:26: must be a duration from 100ms to 30s, found '5m'")]
    [InlineData("rules: {name: a}", "3:8: must be a list, found a map: write [..], or one item per line after '- '")]
    [InlineData("rules: [a]", "3:9: rule must be a map with keys name, source, target, repositories, exclude, tags, referrers, requireSignature, found a text")]
    [InlineData("rules: [{name: true, source: a.example, target: b.example}]", "3:16: must be a text, found a boolean: quote it if it is meant as text")]
    [InlineData("rules: [{name: a, source: a.example, target: b.example, referrers: []}]", "3:68: the list of artifact types is empty: write none, all, or the types")]
    [InlineData("rules: [{name: a, source: a.example, target: b.example, referrers: sbom}]", "3:68: must be one of all, none; found 'sbom'")]
    [InlineData("rules: [{name: a, source: a.example, target: b.example, referrers: [sbom]}]", "3:69: 'sbom' is not an artifact type: write a media type, for example application/spdx+json")]
    [InlineData("transfer: {a: 1\n", "4:1: While parsing a flow mapping, did not find expected ',' or '}'")]
    [InlineData("---\nkind: PromotionConfig\n", "4:1: a second document starts here: the configuration is one document")]
    public void Impossible_values_are_named(string text, string problem) =>
        Assert.Contains($"c.yaml:{problem}", Problems($"apiVersion: promoter.dev/v1alpha1\nkind: PromotionConfig\n{text}"));

    [Theory]
    [InlineData("")]
    [InlineData("# nothing but a comment\n")]
    public void An_empty_file_is_an_error(string text) =>
        Assert.Equal(["c.yaml:1:1: the configuration is empty: it starts with apiVersion: promoter.dev/v1alpha1"], Problems(text));

    [Fact]
    public void A_policy_file_that_is_missing_or_not_JSON_is_found_before_anything_is_copied()
    {
        var broken = Path.Combine(_directory.FullName, "broken.json");
        File.WriteAllText(broken, "{\n  \"rules\": [,]\n}");
        var problems = Problems(
            """
            apiVersion: promoter.dev/v1alpha1
            kind: PromotionConfig
            registries:
            - host: a.example
              createRepositories:
                lifecyclePolicyFile: broken.json
                repositoryPolicyFile: absent.json
            """);

        Assert.Collection(
            problems,
            p => Assert.StartsWith($"c.yaml:6:26: {broken} is not JSON, line 2, column 13: ", p, StringComparison.Ordinal),
            p => Assert.StartsWith($"c.yaml:7:27: cannot read {Path.Combine(_directory.FullName, "absent.json")}: ", p, StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_an_error_that_names_it()
    {
        var path = Path.Combine(_directory.FullName, "absent.yaml");

        var exception = Assert.Throws<ConfigException>(() => PromotionConfigFile.Load(path, ConfigEnvironment.Empty));

        Assert.StartsWith($"{path}: cannot read the configuration: ", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Relative_paths_start_from_the_file()
    {
        File.WriteAllText(Path.Combine(_directory.FullName, "policy.json"), "{}");
        var path = Path.Combine(_directory.FullName, "promoter.yaml");
        File.WriteAllText(path, "apiVersion: promoter.dev/v1alpha1\nkind: PromotionConfig\nregistries: [{host: a.example, createRepositories: {repositoryPolicyFile: policy.json}}]\n");

        var config = PromotionConfigFile.Load(path, ConfigEnvironment.Empty);

        Assert.Equal(Path.Combine(_directory.FullName, "policy.json"), Registry(config, "a.example").CreateRepositories?.RepositoryPolicy?.Path);
    }

    [Fact]
    public void Anchors_and_merge_keys_work()
    {
        var config = Read(
            """
            apiVersion: promoter.dev/v1alpha1
            kind: PromotionConfig
            rules:
            - &base { name: a, source: a.example, target: b.example, repositories: ["x/*"] }
            - { <<: *base, name: b, repositories: ["y/*"] }
            """);

        Assert.Equal(["a", "b"], config.Rules.Select(r => r.Name));
        Assert.Equal(["x/*", "y/*"], config.Rules.Select(r => r.Repositories[0].Pattern));
        Assert.Equal("b.example", config.Rules[1].Target.Host);
    }

    private string[] Problems(string text) =>
        [.. Assert.Throws<ConfigException>(() => Read(text)).Problems.Select(p => p.ToString())];

    private PromotionConfig Read(string text) => PromotionConfigFile.Read("c.yaml", text, ConfigEnvironment.Empty, _directory.FullName);

    private static RegistryConfig Registry(PromotionConfig config, string host) => Assert.Single(config.Registries, registry => registry.Host == host);
}
