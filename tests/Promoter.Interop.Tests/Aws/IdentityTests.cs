using Promoter.Emulator;
using Promoter.Emulator.Iam;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;
using Promoter.Interop.Tests.Tools;

namespace Promoter.Interop.Tests.Aws;

/// <summary>
/// Every way to become the two identities of a run, each by a promotion of the built program against STS and the Pod Identity agent of the emulator. A process
/// of its own for each, since the SDK keeps its default credentials for the process.
/// </summary>
public sealed class IdentityTests
{
    private const string Subject = "system:serviceaccount:argocd:promoter";
    private const string User = "arn:aws:iam::222222222222:user/deployer";
    private const string TargetRole = "arn:aws:iam::222222222222:role/promoter-target";
    private const string SourceRole = "arn:aws:iam::111111111111:role/promoter-source";

    /// <param name="environment">What the process has: <c>keys</c>, <c>web identity</c>, <c>pod identity</c>, <c>profiles</c>.</param>
    /// <param name="source">The source's identity as YAML in flow style.</param>
    /// <param name="target">The target's; empty: the default chain.</param>
    [Theory]
    [InlineData("keys", $"roleArn: '{SourceRole}', externalId: shop", "", User, "promoter")]
    [InlineData("keys", $"roleArn: '{SourceRole}', externalId: shop, sessionName: promoter-web", $"roleArn: '{TargetRole}', externalId: shop, sessionName: promoter-web", "assumed-role/promoter-target/promoter-web", "promoter-web")]
    [InlineData("web identity", $"roleArn: '{SourceRole}', externalId: shop", "", "assumed-role/promoter-target/from-environment", "promoter")]
    [InlineData("web identity", $"roleArn: '{SourceRole}-web', webIdentity: {{ }}", $"roleArn: '{TargetRole}', webIdentity: {{ tokenFile: '{{token}}' }}, sessionName: web", "assumed-role/promoter-target/web", "promoter")]
    [InlineData("pod identity", $"roleArn: '{SourceRole}', externalId: shop", "", "assumed-role/promoter-target/eks-emulator-pod", "promoter")]
    [InlineData("pod identity", $"podIdentity: true, roleArn: '{SourceRole}', externalId: shop, sessionName: hop", "podIdentity: true", "assumed-role/promoter-target/eks-emulator-pod", "hop")]
    [InlineData("profiles", $"profile: ci, roleArn: '{SourceRole}', externalId: shop", "profile: ci", User, "promoter")]
    [InlineData("profiles", $"profile: ci, roleArn: '{SourceRole}', externalId: shop", "profile: assumed", "assumed-role/promoter-target/from-profile", "promoter")]
    public async Task Both_sides_are_used_with_the_identity_that_the_configuration_says(string environment, string source, string target, string targetPrincipal, string sourceSession)
    {
        await using var aws = await EmulatedAws.StartAsync();
        var image = aws.Source.Push("shop/web", SampleImages.Single("web"), "1");
        aws.Target.CreateRepository("shop/web");
        using var folder = new TemporaryFolder();
        using var promoter = new PromoterProcess();
        Populate(aws, promoter, folder, environment);
        var config = folder.Write("promotion.yaml", Config(aws, source, target.Replace("{token}", folder["token"], StringComparison.Ordinal)));

        var result = await promoter.RunAsync("promote", "--config", config, $"{aws.Target.ReferenceHost}/shop/web:1");

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(image.Digest, aws.Target.DigestOf("shop/web", "1"));
        Assert.All(aws.Requests.Where(EmulatedAction.PutTag), r => Assert.EndsWith(targetPrincipal, r.Principal, StringComparison.Ordinal));
        Assert.All(aws.Requests.Where(EmulatedAction.GetManifest, account: "111111111111"), r => Assert.EndsWith($"/{sourceSession}", r.Principal, StringComparison.Ordinal));
        Assert.All(aws.Requests.Where(EmulatedAction.GetManifest, account: "111111111111"), r => Assert.Contains(":assumed-role/promoter-source", r.Principal, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("keys", $"roleArn: '{SourceRole}', externalId: other", "", "role arn:aws:iam::111111111111:role/promoter-source cannot be assumed", "with the external id that is configured here")]
    [InlineData("keys", $"roleArn: '{SourceRole}'", "", "role arn:aws:iam::111111111111:role/promoter-source cannot be assumed", "configure externalId if the trust policy asks for one")]
    [InlineData("nothing", $"roleArn: '{SourceRole}'", "", "no usable AWS credentials were found", "IRSA or Pod Identity")]
    [InlineData("nothing", "podIdentity: true", "podIdentity: true", "there is no EKS Pod Identity here", "install the Pod Identity agent add-on")]
    [InlineData("nothing", $"webIdentity: {{ }}, roleArn: '{SourceRole}'", $"webIdentity: {{ }}, roleArn: '{TargetRole}'", "there is no web identity here", "eks.amazonaws.com/role-arn")]
    [InlineData("nothing", "profile: gone", "profile: gone", "there is no profile 'gone'", "AWS_SHARED_CREDENTIALS_FILE")]
    [InlineData("profiles", "profile: ended", "profile: ended", "the credentials of profile ended have expired and were not renewed", "ecr:BatchGetImage")]
    public async Task An_identity_that_cannot_be_had_is_named_before_anything_is_asked(string environment, string source, string target, string says, string remedy)
    {
        await using var aws = await EmulatedAws.StartAsync();
        aws.Source.Push("shop/web", SampleImages.Single("web"), "1");
        aws.Target.CreateRepository("shop/web");
        using var folder = new TemporaryFolder();
        using var promoter = new PromoterProcess();
        Populate(aws, promoter, folder, environment);
        var config = folder.Write("promotion.yaml", Config(aws, source, target));

        var result = await promoter.RunAsync("promote", "--config", config, $"{aws.Target.ReferenceHost}/shop/web:1");

        Assert.True(result.ExitCode == 4, result.ToString());
        Assert.Contains(says, result.Printed, StringComparison.Ordinal);
        Assert.Contains(remedy, result.Printed, StringComparison.Ordinal);
        Assert.Equal(0, aws.Requests.Count(EmulatedAction.GetLayer) + aws.Requests.Count(EmulatedAction.StartUpload));
        Assert.Empty(aws.Target.TagsOf("shop/web"));
    }

    private static void Populate(EmulatedAws aws, PromoterProcess promoter, TemporaryFolder folder, string environment)
    {
        var deployer = aws.Iam.CreateUser("222222222222", "deployer", IamStatement.AllowAll);
        var target = aws.Iam.CreateRole("222222222222", "promoter-target", new RoleTrust { Principals = [User], ExternalId = "shop", WebIdentitySubject = Subject, PodIdentity = true }, IamStatement.AllowAll);
        aws.Iam.CreateRole("111111111111", "promoter-source", new RoleTrust { Principals = ["arn:aws:iam::222222222222:root"], ExternalId = "shop" }, IamStatement.AllowAll);
        aws.Iam.CreateRole("111111111111", "promoter-source-web", new RoleTrust { WebIdentitySubject = Subject }, IamStatement.AllowAll);
        foreach (var (name, value) in aws.ToEnvironment(environment == "keys" ? deployer : null)) promoter.Environment[name] = value;

        // Whatever the machine has must not stand in for what a test does not give.
        foreach (var name in (string[])["AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_SESSION_NAME", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"]) promoter.Environment[name] = null;
        promoter.Environment["AWS_SHARED_CREDENTIALS_FILE"] = folder["credentials"];
        promoter.Environment["AWS_CONFIG_FILE"] = folder["config"];
        switch (environment)
        {
            case "web identity":
                promoter.Environment["AWS_ROLE_ARN"] = target.Arn;
                promoter.Environment["AWS_ROLE_SESSION_NAME"] = "from-environment";
                promoter.Environment["AWS_WEB_IDENTITY_TOKEN_FILE"] = folder.Write("token", aws.Iam.WebIdentity.Issue(Subject));
                break;
            case "pod identity":
                promoter.Environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = aws.PodIdentity.CredentialsUri.ToString();
                promoter.Environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = folder.Write("token", aws.PodIdentity.Associate(target));
                break;
            case "profiles":
                var ended = aws.Iam.IssueSession(target, "ended", TimeSpan.FromMinutes(15));
                aws.Clock.Advance(TimeSpan.FromMinutes(16));
                folder.Write("credentials", $"""
                    [ci]
                    aws_access_key_id = {deployer.AccessKeyId}
                    aws_secret_access_key = {deployer.SecretAccessKey}
                    [ended]
                    aws_access_key_id = {ended.AccessKeyId}
                    aws_secret_access_key = {ended.SecretAccessKey}
                    aws_session_token = {ended.SessionToken}

                    """);
                folder.Write("config", $"""
                    [profile assumed]
                    role_arn = {target.Arn}
                    source_profile = ci
                    external_id = shop
                    role_session_name = from-profile

                    """);
                break;
        }
    }

    private static string Config(EmulatedAws aws, string source, string target) => $$"""
        apiVersion: promoter.dev/v1alpha1
        kind: PromotionConfig
        rules:
        - { name: apps, source: {{aws.Source.ReferenceHost}}, target: {{aws.Target.ReferenceHost}} }
        registries:
        - host: {{aws.Source.ReferenceHost}}
          endpoint: {{aws.Source.Endpoint}}
          aws: { {{source}} }
        - host: {{aws.Target.ReferenceHost}}
          endpoint: {{aws.Target.Endpoint}}
          {{(target.Length > 0 ? "aws: { " + target + " }" : "")}}
        transfer: { retries: 0 }
        """;
}
