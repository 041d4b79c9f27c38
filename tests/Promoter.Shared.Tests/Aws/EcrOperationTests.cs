using System.Reflection;
using Amazon.Runtime;
using Promoter.Aws.Ecr;
using Promoter.Aws.Ecr.Model;
using Promoter.Emulator;
using Promoter.Emulator.Images;
using Promoter.Emulator.Registry;

namespace Promoter.Tests.Aws;

/// <summary>Every operation of the typed client by a signed call: what is asked arrives, and what is answered is read.</summary>
public sealed class EcrOperationTests
{
    private const string Name = "shop/api";
    private const string Arn = "arn:aws:ecr:eu-west-1:222222222222:repository/shop/api";
    private const string Rules = """{"rules":[{"rulePriority":1,"selection":{"tagStatus":"untagged","countType":"imageCountMoreThan","countNumber":9},"action":{"type":"expire"}}]}""";
    private const string Statement = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"ecr:BatchGetImage"}]}""";

    private static readonly Dictionary<string, Func<Scene, Task>> Calls = new(StringComparer.Ordinal)
    {
        ["GetAuthorizationToken"] = async s =>
        {
            var data = Assert.Single((await s.Client.GetAuthorizationTokenAsync(new(), s.Stop)).AuthorizationData);
            Assert.StartsWith("AWS:", System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(data.AuthorizationToken!)), StringComparison.Ordinal);
            Assert.InRange(data.ExpiresAt!.Value - s.Aws.Clock.GetUtcNow(), TimeSpan.FromHours(11), TimeSpan.FromHours(13));
        },
        ["GetAccountSetting"] = async s => Assert.Equal("DISABLED", (await s.Client.GetAccountSettingAsync(new() { Name = "BLOB_MOUNTING" }, s.Stop)).Value),
        ["BatchGetImage"] = async s =>
        {
            var answer = await s.Client.BatchGetImageAsync(
                new() { RepositoryName = Name, ImageIds = [new() { ImageTag = "1", ImageDigest = s.Image.Digest }, new() { ImageTag = "2" }], AcceptedMediaTypes = [s.Image.MediaType] }, s.Stop);
            var image = Assert.Single(answer.Images);
            Assert.Equal((s.Image.Digest, "1", System.Text.Encoding.UTF8.GetString(s.Image.Bytes.Span)), (image.ImageId!.ImageDigest, image.ImageId.ImageTag, image.ImageManifest));
            Assert.Equal(("2", ImageFailure.ImageNotFound), (Assert.Single(answer.Failures).ImageId!.ImageTag, answer.Failures[0].FailureCode));
        },
        ["PutImage"] = async s =>
        {
            var put = await s.Client.PutImageAsync(
                new() { RepositoryName = Name, ImageManifest = System.Text.Encoding.UTF8.GetString(s.Image.Bytes.Span), ImageManifestMediaType = s.Image.MediaType, ImageTag = "2", ImageDigest = s.Image.Digest }, s.Stop);
            Assert.Equal((s.Image.Digest, s.Image.Digest), (put.Image!.ImageId!.ImageDigest, s.Aws.Target.DigestOf(Name, "2")));
            await Assert.ThrowsAsync<ImageAlreadyExistsException>(() => s.Client.PutImageAsync(
                new() { RepositoryName = Name, ImageManifest = put.Image.ImageManifest!, ImageManifestMediaType = s.Image.MediaType, ImageTag = "2" }, s.Stop));
        },
        ["DescribeImages"] = async s =>
        {
            s.Aws.Target.Archive(Name, s.Image.Digest);
            var detail = Assert.Single((await s.Client.DescribeImagesAsync(new() { RepositoryName = Name, Filter = new() { ImageStatus = ImageDetail.Archived } }, s.Stop)).ImageDetails);
            Assert.Equal((s.Image.Digest, ImageDetail.Archived, s.Image.MediaType), (detail.ImageDigest, detail.ImageStatus, detail.ImageManifestMediaType));
            Assert.Equal(["1"], detail.ImageTags);
            await Assert.ThrowsAsync<ImageNotFoundException>(() => s.Client.DescribeImagesAsync(new() { RepositoryName = Name, ImageIds = [new() { ImageTag = "gone" }] }, s.Stop));
        },
        ["DescribeImageReplicationStatus"] = async s =>
        {
            s.Aws.Target.Behaviour.ReplicatesTo = ["eu-central-1"];
            s.Aws.Target.Behaviour.ReplicationTakes = TimeSpan.FromHours(1);
            var status = Assert.Single((await s.Client.DescribeImageReplicationStatusAsync(new() { RepositoryName = Name, ImageId = new() { ImageTag = "1" } }, s.Stop)).ReplicationStatuses);
            Assert.Equal(("eu-central-1", "IN_PROGRESS"), (status.Region, status.Status));
        },
        ["DescribeImageScanFindings"] = async s =>
        {
            var request = new DescribeImageScanFindingsRequest { RepositoryName = Name, ImageId = new() { ImageDigest = s.Image.Digest } };
            await Assert.ThrowsAsync<ScanNotFoundException>(() => s.Client.DescribeImageScanFindingsAsync(request, s.Stop));
            s.Aws.Target.SetScanFindings(Name, s.Image.Digest, new Dictionary<string, int> { ["CRITICAL"] = 2 });
            var findings = await s.Client.DescribeImageScanFindingsAsync(request, s.Stop);
            Assert.Equal(("COMPLETE", 2), (findings.ImageScanStatus!.Status, findings.ImageScanFindings!.FindingSeverityCounts!["CRITICAL"]));
        },
        ["ListImageReferrers"] = async s =>
        {
            var sbom = s.Aws.Target.Push(Name, SampleImages.Sbom(s.Image));
            var referrer = Assert.Single((await s.Client.ListImageReferrersAsync(new() { RepositoryName = Name, SubjectId = new() { ImageDigest = s.Image.Digest } }, s.Stop)).Referrers);
            Assert.Equal((sbom.Digest, (long)sbom.Bytes.Length), (referrer.Digest, referrer.Size));
            Assert.Empty((await s.Client.ListImageReferrersAsync(
                new() { RepositoryName = Name, SubjectId = new() { ImageDigest = s.Image.Digest }, Filter = new() { ArtifactTypes = ["application/x-other"] } }, s.Stop)).Referrers);
        },
        ["BatchCheckLayerAvailability"] = async s =>
        {
            var missing = "sha256:" + new string('0', 64);
            var layers = (await s.Client.BatchCheckLayerAvailabilityAsync(new() { RepositoryName = Name, LayerDigests = [s.Image.Blobs.First().Key, missing] }, s.Stop)).Layers;
            Assert.Equal([Layer.Available, "UNAVAILABLE"], layers.Select(layer => layer.LayerAvailability));
        },
        ["GetDownloadUrlForLayer"] = async s =>
            Assert.StartsWith("http", (await s.Client.GetDownloadUrlForLayerAsync(new() { RepositoryName = Name, LayerDigest = s.Image.Blobs.First().Key }, s.Stop)).DownloadUrl, StringComparison.Ordinal),
        ["InitiateLayerUpload"] = async s =>
        {
            var answer = await s.Client.InitiateLayerUploadAsync(new() { RepositoryName = Name }, s.Stop);
            Assert.NotEmpty(answer.UploadId!);
            Assert.Equal(10 * 1024 * 1024, answer.PartSize);
        },
        ["UploadLayerPart"] = async s =>
        {
            var upload = (await s.Client.InitiateLayerUploadAsync(new() { RepositoryName = Name }, s.Stop)).UploadId!;
            Assert.Equal(2, (await s.Client.UploadLayerPartAsync(new() { RepositoryName = Name, UploadId = upload, PartFirstByte = 0, PartLastByte = 2, LayerPartBlob = [1, 2, 3] }, s.Stop)).LastByteReceived);
        },
        ["CompleteLayerUpload"] = async s =>
        {
            var upload = (await s.Client.InitiateLayerUploadAsync(new() { RepositoryName = Name }, s.Stop)).UploadId!;
            await s.Client.UploadLayerPartAsync(new() { RepositoryName = Name, UploadId = upload, PartFirstByte = 0, PartLastByte = 2, LayerPartBlob = [1, 2, 3] }, s.Stop);
            var digest = ContentDigest.Of([1, 2, 3]);
            Assert.Equal(digest, (await s.Client.CompleteLayerUploadAsync(new() { RepositoryName = Name, UploadId = upload, LayerDigests = [digest] }, s.Stop)).LayerDigest);
            Assert.Contains(digest, s.Aws.Target.BlobsOf(Name));
        },
        ["DescribeRepositories"] = async s =>
        {
            var repository = Assert.Single((await s.Client.DescribeRepositoriesAsync(new() { RepositoryNames = [Name] }, s.Stop)).Repositories);
            Assert.Equal((Arn, "MUTABLE", "AES256"), (repository.RepositoryArn, repository.ImageTagMutability, repository.EncryptionConfiguration!.EncryptionType));
            await Assert.ThrowsAsync<RepositoryNotFoundException>(() => s.Client.DescribeRepositoriesAsync(new() { RepositoryNames = ["shop/gone"] }, s.Stop));
        },
        ["CreateRepository"] = async s =>
        {
            var request = new CreateRepositoryRequest
            {
                RepositoryName = "shop/new",
                ImageTagMutability = "IMMUTABLE_WITH_EXCLUSION",
                ImageTagMutabilityExclusionFilters = [new() { FilterType = "WILDCARD", Filter = "sha256-*" }],
                ImageScanningConfiguration = new() { ScanOnPush = true },
                EncryptionConfiguration = new() { EncryptionType = "KMS", KmsKey = "alias/shop" },
                Tags = [new() { Key = "team", Value = "shop" }],
            };
            Assert.Equal("shop/new", (await s.Client.CreateRepositoryAsync(request, s.Stop)).Repository!.RepositoryName);
            var settings = s.Aws.Target.SettingsOf("shop/new");
            Assert.Equal(("IMMUTABLE_WITH_EXCLUSION", true, "KMS", "alias/shop", "shop"), (settings.TagMutability, settings.ScanOnPush, settings.EncryptionType, settings.KmsKey, settings.Tags["team"]));
            Assert.Equal(["sha256-*"], settings.ExclusionFilters);
            await Assert.ThrowsAsync<RepositoryAlreadyExistsException>(() => s.Client.CreateRepositoryAsync(request, s.Stop));
        },
        ["DescribeRepositoryCreationTemplates"] = async s =>
        {
            s.Aws.Target.AddCreationTemplate(new Promoter.Emulator.Registry.RepositoryCreationTemplate("shop", "CREATE_ON_PUSH"));
            var template = Assert.Single((await s.Client.DescribeRepositoryCreationTemplatesAsync(new(), s.Stop)).RepositoryCreationTemplates);
            Assert.Equal(("shop", "CREATE_ON_PUSH"), (template.Prefix, Assert.Single(template.AppliedFor)));
        },
        ["PutImageTagMutability"] = async s =>
        {
            await s.Client.PutImageTagMutabilityAsync(new() { RepositoryName = Name, ImageTagMutability = "IMMUTABLE" }, s.Stop);
            Assert.Equal("IMMUTABLE", s.Aws.Target.SettingsOf(Name).TagMutability);
        },
        ["PutImageScanningConfiguration"] = async s =>
        {
            await s.Client.PutImageScanningConfigurationAsync(new() { RepositoryName = Name, ImageScanningConfiguration = new() { ScanOnPush = true } }, s.Stop);
            Assert.True(s.Aws.Target.SettingsOf(Name).ScanOnPush);
        },
        ["PutLifecyclePolicy"] = async s =>
        {
            await s.Client.PutLifecyclePolicyAsync(new() { RepositoryName = Name, LifecyclePolicyText = Rules }, s.Stop);
            Assert.Equal(Rules, s.Aws.Target.SettingsOf(Name).LifecyclePolicy);
        },
        ["GetLifecyclePolicy"] = async s =>
        {
            await Assert.ThrowsAsync<LifecyclePolicyNotFoundException>(() => s.Client.GetLifecyclePolicyAsync(new() { RepositoryName = Name }, s.Stop));
            s.Aws.Target.SettingsOf(Name).LifecyclePolicy = Rules;
            Assert.Equal(Rules, (await s.Client.GetLifecyclePolicyAsync(new() { RepositoryName = Name }, s.Stop)).LifecyclePolicyText);
        },
        ["SetRepositoryPolicy"] = async s =>
        {
            await s.Client.SetRepositoryPolicyAsync(new() { RepositoryName = Name, PolicyText = Statement }, s.Stop);
            Assert.Equal(Statement, s.Aws.Target.SettingsOf(Name).Policy);
        },
        ["GetRepositoryPolicy"] = async s =>
        {
            await Assert.ThrowsAsync<RepositoryPolicyNotFoundException>(() => s.Client.GetRepositoryPolicyAsync(new() { RepositoryName = Name }, s.Stop));
            s.Aws.Target.SettingsOf(Name).Policy = Statement;
            Assert.Equal(Statement, (await s.Client.GetRepositoryPolicyAsync(new() { RepositoryName = Name }, s.Stop)).PolicyText);
        },
        ["TagResource"] = async s =>
        {
            await s.Client.TagResourceAsync(new() { ResourceArn = Arn, Tags = [new() { Key = "team", Value = "shop" }] }, s.Stop);
            Assert.Equal("shop", s.Aws.Target.SettingsOf(Name).Tags["team"]);
        },
        ["ListTagsForResource"] = async s =>
        {
            s.Aws.Target.SettingsOf(Name).Tags["team"] = "shop";
            var tag = Assert.Single((await s.Client.ListTagsForResourceAsync(new() { ResourceArn = Arn }, s.Stop)).Tags);
            Assert.Equal(("team", "shop"), (tag.Key, tag.Value));
        },
    };

    public static TheoryData<string> Operations => [.. Calls.Keys];

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task An_operation_is_called_under_AWSs_names(string operation)
    {
        await using var aws = await EmulatedAws.StartAsync();
        var config = new AmazonECRConfig("eu-west-1") { ServiceURL = aws.ApiEndpoint.ToString() };
        using var client = new AmazonECRClient(new BasicAWSCredentials(aws.TargetAdmin.AccessKeyId, aws.TargetAdmin.SecretAccessKey), config);
        var scene = new Scene(aws, client, aws.Target.Push(Name, SampleImages.Single("api"), "1"), TestContext.Current.CancellationToken);

        await Calls[operation](scene);

        Assert.All(aws.Requests.Where(operation: operation), request => Assert.Equal("arn:aws:iam::222222222222:user/admin", request.Principal));
        Assert.NotEmpty(aws.Requests.Where(operation: operation));
    }

    [Fact]
    public void No_operation_of_the_client_goes_without_a_call()
    {
        var operations = typeof(AmazonECRClient).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(method => method.Name.EndsWith("Async", StringComparison.Ordinal))
            .Select(method => method.Name[..^"Async".Length]);

        Assert.Equal(operations.Order(StringComparer.Ordinal), Calls.Keys.Order(StringComparer.Ordinal));
    }

    private sealed record Scene(EmulatedAws Aws, AmazonECRClient Client, BuiltImage Image, CancellationToken Stop);
}
