namespace Promoter.Aws;

/// <summary>The IAM actions that this program can use. The policies in <c>policies/iam</c> grant exactly these; a test compares the two.</summary>
public static class EcrActions
{
    public const string GetAuthorizationToken = "ecr:GetAuthorizationToken";
}
