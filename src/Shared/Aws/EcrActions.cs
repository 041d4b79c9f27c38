namespace Promoter.Aws;

/// <summary>The IAM actions that this program can use. The policies in <c>policies/iam</c> grant exactly these; a test compares the two.</summary>
public static class EcrActions
{
    public const string BatchCheckLayerAvailability = "ecr:BatchCheckLayerAvailability";
    public const string BatchGetImage = "ecr:BatchGetImage";
    public const string CompleteLayerUpload = "ecr:CompleteLayerUpload";
    public const string CreateRepository = "ecr:CreateRepository";
    public const string DescribeImageReplicationStatus = "ecr:DescribeImageReplicationStatus";
    public const string DescribeImageScanFindings = "ecr:DescribeImageScanFindings";
    public const string DescribeImages = "ecr:DescribeImages";
    public const string DescribeRepositories = "ecr:DescribeRepositories";
    public const string DescribeRepositoryCreationTemplates = "ecr:DescribeRepositoryCreationTemplates";
    public const string GetAccountSetting = "ecr:GetAccountSetting";
    public const string GetAuthorizationToken = "ecr:GetAuthorizationToken";
    public const string GetDownloadUrlForLayer = "ecr:GetDownloadUrlForLayer";
    public const string GetLifecyclePolicy = "ecr:GetLifecyclePolicy";
    public const string GetRepositoryPolicy = "ecr:GetRepositoryPolicy";
    public const string InitiateLayerUpload = "ecr:InitiateLayerUpload";
    public const string ListTagsForResource = "ecr:ListTagsForResource";
    public const string PutImage = "ecr:PutImage";
    public const string PutImageScanningConfiguration = "ecr:PutImageScanningConfiguration";
    public const string PutImageTagMutability = "ecr:PutImageTagMutability";
    public const string PutLifecyclePolicy = "ecr:PutLifecyclePolicy";
    public const string SetRepositoryPolicy = "ecr:SetRepositoryPolicy";
    public const string TagResource = "ecr:TagResource";
    public const string UploadLayerPart = "ecr:UploadLayerPart";

    /// <summary>What the identity of a source needs (<c>policies/iam/source-reader.json</c>).</summary>
    public static IReadOnlyList<string> SourceReader { get; } = [GetAuthorizationToken, BatchGetImage, GetDownloadUrlForLayer, DescribeImages];

    /// <summary>What it needs besides where new repositories copy the source's settings (<c>source-settings-reader.json</c>).</summary>
    public static IReadOnlyList<string> SourceSettingsReader { get; } = [DescribeRepositories, GetLifecyclePolicy, ListTagsForResource];

    /// <summary>What the identity of a target needs (<c>target-writer.json</c>).</summary>
    public static IReadOnlyList<string> TargetWriter { get; } =
    [
        GetAuthorizationToken, BatchCheckLayerAvailability, BatchGetImage, DescribeImages, CompleteLayerUpload, InitiateLayerUpload, PutImage, UploadLayerPart,
        GetDownloadUrlForLayer, GetAccountSetting,
    ];

    /// <summary>What it needs besides where missing repositories are created (<c>repository-creator.json</c>).</summary>
    public static IReadOnlyList<string> RepositoryCreator { get; } =
        [DescribeRepositories, CreateRepository, TagResource, PutLifecyclePolicy, SetRepositoryPolicy, DescribeRepositoryCreationTemplates];

    /// <summary>What comparing the settings of repositories with the configuration takes (<c>repository-inspector.json</c>).</summary>
    public static IReadOnlyList<string> RepositoryInspector { get; } = [DescribeRepositories, GetLifecyclePolicy, GetRepositoryPolicy, ListTagsForResource];

    /// <summary>What correcting them takes (<c>repository-repairer.json</c>).</summary>
    public static IReadOnlyList<string> RepositoryRepairer { get; } =
        [PutImageScanningConfiguration, PutImageTagMutability, PutLifecyclePolicy, SetRepositoryPolicy, TagResource];

    /// <summary>What showing replicas and scan findings takes (<c>image-status-reader.json</c>).</summary>
    public static IReadOnlyList<string> ImageStatusReader { get; } = [DescribeImageReplicationStatus, DescribeImageScanFindings];

    /// <summary>The action that authorises an operation of the API; all but one carry the operation's name.</summary>
    public static string Of(string operation) => operation == "ListImageReferrers" ? BatchGetImage : "ecr:" + operation;
}
