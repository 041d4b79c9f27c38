namespace Promoter.Emulator.Recording;

/// <summary>Which ECR operation a request to the registry endpoint counts as, for quotas and permissions.</summary>
public static class EcrOperation
{
    /// <summary>The operation's name, or the empty string where ECR counts nothing.</summary>
    public static string Of(EmulatedAction action) => action switch
    {
        EmulatedAction.HeadManifest or EmulatedAction.GetManifest => "BatchGetImage",
        EmulatedAction.ListReferrers => "ListImageReferrers",
        EmulatedAction.PutManifest or EmulatedAction.PutTag => "PutImage",
        EmulatedAction.DeleteManifest => "BatchDeleteImage",
        EmulatedAction.HeadBlob => "BatchCheckLayerAvailability",
        EmulatedAction.GetBlob => "GetDownloadUrlForLayer",
        EmulatedAction.StartUpload or EmulatedAction.Mount => "InitiateLayerUpload",
        EmulatedAction.WriteChunk or EmulatedAction.UploadStatus or EmulatedAction.CancelUpload => "UploadLayerPart",
        EmulatedAction.FinishUpload => "CompleteLayerUpload",
        EmulatedAction.ListTags => "ListImages",
        EmulatedAction.ListRepositories => "DescribeRepositories",
        _ => "",
    };
}
