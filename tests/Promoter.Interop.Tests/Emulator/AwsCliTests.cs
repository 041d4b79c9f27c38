using System.Text.Json.Nodes;
using Promoter.Emulator;
using Promoter.Emulator.Iam;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;
using Promoter.Interop.Tests.Tools;

namespace Promoter.Interop.Tests.Emulator;

/// <summary>What a real AWS client accepts and prints is the check on the emulator's ECR and STS.</summary>
public sealed class AwsCliTests
{
    private const string LifecyclePolicy =
        """{"rules":[{"rulePriority":1,"selection":{"tagStatus":"untagged","countType":"sinceImagePushed","countUnit":"days","countNumber":14},"action":{"type":"expire"}}]}""";

    [Fact]
    public async Task The_cli_creates_a_repository_with_all_its_settings()
    {
        await using var aws = await EmulatedAws.StartAsync();
        var cli = Cli(aws, aws.TargetAdmin);

        var created = await JsonAsync(
            cli, "ecr", "create-repository", "--repository-name", "shop/web", "--image-tag-mutability", "IMMUTABLE",
            "--image-scanning-configuration", "scanOnPush=true", "--tags", "Key=managed-by,Value=promoter");
        await cli.RunAsync("ecr", "put-lifecycle-policy", "--repository-name", "shop/web", "--lifecycle-policy-text", LifecyclePolicy);
        var described = await JsonAsync(cli, "ecr", "describe-repositories", "--repository-names", "shop/web");
        var again = await cli.TryRunAsync(["ecr", "create-repository", "--repository-name", "shop/web"]);

        Assert.Equal("222222222222.dkr.ecr.eu-west-1.amazonaws.com/shop/web", (string?)created["repository"]!["repositoryUri"]);
        Assert.Equal("IMMUTABLE", (string?)described["repositories"]![0]!["imageTagMutability"]);
        Assert.Equal("promoter", aws.Target.SettingsOf("shop/web").Tags["managed-by"]);
        Assert.Contains("RepositoryAlreadyExistsException", again.Errors);
    }

    [Fact]
    public async Task The_cli_reads_images_and_puts_a_second_tag_from_what_it_read()
    {
        await using var aws = await EmulatedAws.StartAsync();
        var image = aws.Target.Push("shop/web", SampleImages.TwoPlatforms("web"), "1.4.2");
        var cli = Cli(aws, aws.TargetAdmin);

        var details = await JsonAsync(cli, "ecr", "describe-images", "--repository-name", "shop/web", "--image-ids", "imageTag=1.4.2");
        var read = await JsonAsync(
            cli, "ecr", "batch-get-image", "--repository-name", "shop/web", "--image-ids", "imageTag=1.4.2", $"imageDigest={image.Children[0].Digest},imageTag=1.4.2", "imageTag=nope");
        var manifest = (string)read["images"]![0]!["imageManifest"]!;
        await cli.RunAsync(
            "ecr", "put-image", "--repository-name", "shop/web", "--image-tag", "stable", "--image-manifest", manifest, "--image-manifest-media-type", image.MediaType);
        var unchanged = await cli.TryRunAsync(
            ["ecr", "put-image", "--repository-name", "shop/web", "--image-tag", "stable", "--image-manifest", manifest, "--image-manifest-media-type", image.MediaType]);

        Assert.Equal(image.Digest, (string?)details["imageDetails"]![0]!["imageDigest"]);
        Assert.Equal(["ImageTagDoesNotMatchDigest", "ImageNotFound"], read["failures"]!.AsArray().Select(f => (string?)f!["failureCode"]));
        Assert.Equal(image.Digest, aws.Target.DigestOf("shop/web", "stable"));
        Assert.Contains("ImageAlreadyExistsException", unchanged.Errors);
    }

    [Fact]
    public async Task The_cli_logs_in_and_skopeo_pushes_and_pulls_with_its_password()
    {
        await using var aws = await EmulatedAws.StartAsync();
        var (source, target) = (Cli(aws, aws.SourceAdmin), Cli(aws, aws.TargetAdmin));
        var skopeo = new ExternalProgram(Toolbox.Require("skopeo"));
        var image = aws.Source.Push("shop/web", SampleImages.TwoPlatforms("web"), "1.4.2");
        await target.RunAsync("ecr", "create-repository", "--repository-name", "shop/web");

        var (pull, push) = (await PasswordAsync(source), await PasswordAsync(target));
        await skopeo.RunAsync(
            "copy", "--all", "--preserve-digests", "--src-tls-verify=false", "--dest-tls-verify=false", "--src-creds", $"AWS:{pull}", "--dest-creds", $"AWS:{push}",
            $"docker://{aws.Source.Host}/shop/web:1.4.2", $"docker://{aws.Target.Host}/shop/web:1.4.2");

        Assert.Equal(image.Digest, aws.Target.DigestOf("shop/web", "1.4.2"));
        Assert.Empty(aws.Target.FindProblems("shop/web", "1.4.2"));
        Assert.All(aws.Requests.Where(EmulatedAction.PutTag), r => Assert.Equal("arn:aws:iam::222222222222:user/admin", r.Principal));
    }

    [Fact]
    public async Task The_cli_assumes_a_role_that_asks_for_an_external_id()
    {
        await using var aws = await EmulatedAws.StartAsync();
        var role = aws.Iam.CreateRole(
            "111111111111", "promoter-source", new RoleTrust { Principals = ["arn:aws:iam::222222222222:root"], ExternalId = "shop" }, IamStatement.Allow(["ecr:*"]));
        var cli = Cli(aws, aws.TargetAdmin);

        var refused = await cli.TryRunAsync(["sts", "assume-role", "--role-arn", role.Arn, "--role-session-name", "promoter-web"]);
        var assumed = await JsonAsync(cli, "sts", "assume-role", "--role-arn", role.Arn, "--role-session-name", "promoter-web", "--external-id", "shop");
        var credentials = assumed["Credentials"]!;
        var session = new AccessKey((string)credentials["AccessKeyId"]!, (string)credentials["SecretAccessKey"]!, (string)credentials["SessionToken"]!);
        var identity = await JsonAsync(Cli(aws, session), "sts", "get-caller-identity");

        Assert.Contains("(AccessDenied)", refused.Errors);
        Assert.Contains("is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::111111111111:role/promoter-source", refused.Errors);
        Assert.Equal("arn:aws:sts::111111111111:assumed-role/promoter-source/promoter-web", (string?)identity["Arn"]);
    }

    [Fact]
    public async Task The_cli_reaches_a_repository_of_the_other_account_only_where_both_sides_allow_it()
    {
        await using var aws = await EmulatedAws.StartAsync();
        aws.Source.Push("shop/web", SampleImages.Single("web"), "1.4.2");
        var cli = Cli(aws, aws.TargetAdmin);
        string[] read = ["ecr", "batch-get-image", "--registry-id", "111111111111", "--repository-name", "shop/web", "--image-ids", "imageTag=1.4.2"];

        var before = await cli.TryRunAsync(read);
        aws.Source.SettingsOf("shop/web").Policy =
            """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:root"},"Action":"ecr:BatchGetImage"}]}""";
        var after = await JsonAsync(cli, read);

        Assert.Contains("because no resource-based policy allows the ecr:BatchGetImage action", before.Errors);
        Assert.Single(after["images"]!.AsArray());
    }

    [Fact]
    public async Task A_wrong_secret_is_refused_in_aws_own_words()
    {
        await using var aws = await EmulatedAws.StartAsync();

        var ecr = await Cli(aws, aws.TargetAdmin with { SecretAccessKey = "wrong" }).TryRunAsync(["ecr", "describe-repositories"]);
        var sts = await Cli(aws, aws.TargetAdmin with { SecretAccessKey = "wrong" }).TryRunAsync(["sts", "get-caller-identity"]);
        var unknown = await Cli(aws, new AccessKey("AKIAUNKNOWN", "x")).TryRunAsync(["ecr", "describe-repositories"]);

        Assert.Contains("(InvalidSignatureException)", ecr.Errors);
        Assert.Contains("(SignatureDoesNotMatch)", sts.Errors);
        Assert.Contains("(UnrecognizedClientException)", unknown.Errors);
    }

    [Fact]
    public async Task A_layer_goes_up_in_parts_and_comes_down_by_its_presigned_url()
    {
        await using var aws = await EmulatedAws.StartAsync();
        aws.Target.CreateRepository("shop/web");
        var image = SampleImages.Single("web", layers: 1);
        var cli = Cli(aws, aws.TargetAdmin);

        foreach (var (digest, content) in image.Blobs)
        {
            var bytes = await content.ReadAsync(TestContext.Current.CancellationToken);
            using var folder = new TemporaryFolder();
            var path = folder["layer"];
            await File.WriteAllBytesAsync(path, bytes);
            var upload = (string)(await JsonAsync(cli, "ecr", "initiate-layer-upload", "--repository-name", "shop/web"))["uploadId"]!;
            await cli.RunAsync(
                "ecr", "upload-layer-part", "--repository-name", "shop/web", "--upload-id", upload, "--part-first-byte", "0", "--part-last-byte", $"{bytes.Length - 1}",
                "--layer-part-blob", $"fileb://{path}");
            await cli.RunAsync("ecr", "complete-layer-upload", "--repository-name", "shop/web", "--upload-id", upload, "--layer-digests", digest);
        }

        await cli.RunAsync(
            "ecr", "put-image", "--repository-name", "shop/web", "--image-tag", "1", "--image-manifest", System.Text.Encoding.UTF8.GetString(image.Bytes.Span));
        var layers = await JsonAsync(cli, ["ecr", "batch-check-layer-availability", "--repository-name", "shop/web", "--layer-digests", .. image.Blobs.Keys]);
        var url = (string?)(await JsonAsync(cli, "ecr", "get-download-url-for-layer", "--repository-name", "shop/web", "--layer-digest", image.Blobs.First().Key))["downloadUrl"];

        Assert.All(layers["layers"]!.AsArray(), l => Assert.Equal("AVAILABLE", (string?)l!["layerAvailability"]));
        Assert.Contains("X-Amz-Signature=", url);
        Assert.Empty(aws.Target.FindProblems("shop/web", "1"));
    }

    [Fact]
    public async Task A_pod_gets_the_credentials_of_its_associated_role()
    {
        await using var aws = await EmulatedAws.StartAsync();
        var role = aws.Iam.CreateRole("222222222222", "promoter-target", new RoleTrust { PodIdentity = true });
        using var folder = new TemporaryFolder();
        var cli = Cli(aws, null);
        cli.Environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = aws.PodIdentity.CredentialsUri.ToString();
        cli.Environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = folder.Write("token", aws.PodIdentity.Associate(role));

        var identity = await JsonAsync(cli, "sts", "get-caller-identity");

        Assert.Equal("arn:aws:sts::222222222222:assumed-role/promoter-target/eks-emulator-pod", (string?)identity["Arn"]);
    }

    [Fact]
    public async Task A_service_account_token_is_exchanged_for_a_role_that_trusts_its_subject()
    {
        await using var aws = await EmulatedAws.StartAsync();
        var role = aws.Iam.CreateRole("222222222222", "promoter-target", new RoleTrust { WebIdentitySubject = "system:serviceaccount:shop:promoter" });
        using var folder = new TemporaryFolder();
        ExternalProgram As(string subject)
        {
            var cli = Cli(aws, null);
            // The CLI keeps the credentials of roles below the home directory, and would offer an earlier run's to this emulator.
            cli.Environment["HOME"] = folder.Path;
            cli.Environment["AWS_ROLE_ARN"] = role.Arn;
            cli.Environment["AWS_ROLE_SESSION_NAME"] = "job";
            cli.Environment["AWS_WEB_IDENTITY_TOKEN_FILE"] = folder.Write(subject, aws.Iam.WebIdentity.Issue(subject));
            return cli;
        }

        var identity = await JsonAsync(As("system:serviceaccount:shop:promoter"), "sts", "get-caller-identity");
        var refused = await As("system:serviceaccount:other:promoter").TryRunAsync(["sts", "get-caller-identity"]);

        Assert.Equal("arn:aws:sts::222222222222:assumed-role/promoter-target/job", (string?)identity["Arn"]);
        Assert.Contains("Not authorized to perform sts:AssumeRoleWithWebIdentity", refused.Errors);
    }

    private static ExternalProgram Cli(EmulatedAws aws, AccessKey? key)
    {
        var cli = new ExternalProgram(Toolbox.Require("aws"))
        {
            Environment =
            {
                ["AWS_PAGER"] = "",
                ["AWS_CONFIG_FILE"] = "/dev/null",
                ["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null",
                ["AWS_ACCESS_KEY_ID"] = null,
                ["AWS_SECRET_ACCESS_KEY"] = null,
                ["AWS_SESSION_TOKEN"] = null,
                ["AWS_PROFILE"] = null,
                ["AWS_MAX_ATTEMPTS"] = "1",
            },
        };
        foreach (var (name, value) in aws.ToEnvironment(key)) cli.Environment[name] = value;
        return cli;
    }

    private static async Task<JsonNode> JsonAsync(ExternalProgram cli, params string[] arguments) => JsonNode.Parse((await cli.RunAsync(arguments)).Output)!;

    private static async Task<string> PasswordAsync(ExternalProgram cli) => (await cli.RunAsync("ecr", "get-login-password")).Text.Trim();
}
