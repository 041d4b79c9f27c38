using Promoter.Aws.Ecr;
using Promoter.Aws.Ecr.Model;

namespace Promoter.Aws.Diagnosis;

/// <summary>
/// A call that shows whether an action is allowed and changes nothing: it asks for content that does not exist, and AWS refuses the missing
/// permission before it looks for the content.
/// </summary>
internal sealed record ActionProbe(string Action, bool IsRequired, Func<AmazonECRClient, AwsRegistry, string, CancellationToken, Task> Call)
{
    // The digest of no content that anyone pushes: all zeros.
    private static readonly string Nothing = "sha256:" + new string('0', 64);
    private const string NoUpload = "00000000-0000-0000-0000-000000000000";

    public bool IsAboutRepository => Action != EcrActions.GetAccountSetting;

    /// <summary>Whether the call would make a missing repository where one of the account's creation templates covers its name.</summary>
    public bool MayCreate => Action is EcrActions.InitiateLayerUpload or EcrActions.PutImage;

    public static IReadOnlyList<ActionProbe> Source { get; } = [GetImages(required: true), Download(required: true), Describe()];

    public static IReadOnlyList<ActionProbe> SettingsModel { get; } = [Repositories(required: true), Lifecycle(), Tags()];

    public static IReadOnlyList<ActionProbe> Target { get; } =
    [
        new(EcrActions.BatchCheckLayerAvailability, IsRequired: true, (client, registry, repository, ct) => client.BatchCheckLayerAvailabilityAsync(
            new BatchCheckLayerAvailabilityRequest { RegistryId = registry.RegistryId, RepositoryName = repository, LayerDigests = [Nothing] }, ct)),
        GetImages(required: false),
        Describe(),
        Download(required: false),
        new(EcrActions.InitiateLayerUpload, IsRequired: true, (client, registry, repository, ct) => client.InitiateLayerUploadAsync(
            new InitiateLayerUploadRequest { RegistryId = registry.RegistryId, RepositoryName = repository }, ct)),
        new(EcrActions.UploadLayerPart, IsRequired: true, (client, registry, repository, ct) => client.UploadLayerPartAsync(
            new UploadLayerPartRequest { RegistryId = registry.RegistryId, RepositoryName = repository, UploadId = NoUpload, PartFirstByte = 0, PartLastByte = 0, LayerPartBlob = [0] }, ct)),
        new(EcrActions.CompleteLayerUpload, IsRequired: true, (client, registry, repository, ct) => client.CompleteLayerUploadAsync(
            new CompleteLayerUploadRequest { RegistryId = registry.RegistryId, RepositoryName = repository, UploadId = NoUpload, LayerDigests = [Nothing] }, ct)),
        new(EcrActions.PutImage, IsRequired: true, (client, registry, repository, ct) => client.PutImageAsync(
            new PutImageRequest { RegistryId = registry.RegistryId, RepositoryName = repository, ImageManifest = "{}" }, ct)),
        new(EcrActions.GetAccountSetting, IsRequired: false, (client, _, _, ct) => client.GetAccountSettingAsync(new GetAccountSettingRequest { Name = "BLOB_MOUNTING" }, ct)),
    ];

    /// <summary>Where missing repositories are created; the rest of what that takes is in <see cref="CreationProbes"/>.</summary>
    public static IReadOnlyList<ActionProbe> Creator { get; } = [Repositories(required: false)];

    private static ActionProbe GetImages(bool required) => new(EcrActions.BatchGetImage, required, (client, registry, repository, ct) => client.BatchGetImageAsync(
        new BatchGetImageRequest { RegistryId = registry.RegistryId, RepositoryName = repository, ImageIds = [new ImageIdentifier { ImageDigest = Nothing }] }, ct));

    private static ActionProbe Download(bool required) => new(EcrActions.GetDownloadUrlForLayer, required, (client, registry, repository, ct) => client.GetDownloadUrlForLayerAsync(
        new GetDownloadUrlForLayerRequest { RegistryId = registry.RegistryId, RepositoryName = repository, LayerDigest = Nothing }, ct));

    private static ActionProbe Describe() => new(EcrActions.DescribeImages, IsRequired: false, (client, registry, repository, ct) => client.DescribeImagesAsync(
        new DescribeImagesRequest { RegistryId = registry.RegistryId, RepositoryName = repository, ImageIds = [new ImageIdentifier { ImageDigest = Nothing }] }, ct));

    private static ActionProbe Repositories(bool required) => new(EcrActions.DescribeRepositories, required, (client, registry, repository, ct) => client.DescribeRepositoriesAsync(
        new DescribeRepositoriesRequest { RegistryId = registry.RegistryId, RepositoryNames = [repository] }, ct));

    private static ActionProbe Lifecycle() => new(EcrActions.GetLifecyclePolicy, IsRequired: true, (client, registry, repository, ct) => client.GetLifecyclePolicyAsync(
        new GetLifecyclePolicyRequest { RegistryId = registry.RegistryId, RepositoryName = repository }, ct));

    private static ActionProbe Tags() => new(EcrActions.ListTagsForResource, IsRequired: true, (client, registry, repository, ct) => client.ListTagsForResourceAsync(
        new ListTagsForResourceRequest { ResourceArn = registry.Host.RepositoryArn(repository) }, ct));
}
