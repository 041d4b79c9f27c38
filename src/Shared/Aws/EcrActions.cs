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
}
