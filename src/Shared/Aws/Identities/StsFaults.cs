using System.Net;
using Amazon.Runtime;

namespace Promoter.Aws.Identities;

/// <summary>What failed when a role was to be assumed, in a sentence that says what to do.</summary>
internal static class StsFaults
{
    public static IdentityException Of(Exception exception, AwsIdentity identity, string role, string action)
    {
        if (exception.Find<IdentityException>() is { } first) return first;
        var cause = exception.Find<AmazonServiceException>();
        var isTransient = cause is null || IsTransient(cause);
        var text = cause is null ? exception.GetBaseException().Message : cause.Message;
        var request = string.IsNullOrEmpty(cause?.RequestId) ? "" : $" (request {cause.RequestId})";
        return new IdentityException($"role {role} cannot be assumed: {text.TrimEnd('.')}; {Remedy(cause, identity, action)}{request}", exception) { IsTransient = isTransient };
    }

    /// <summary>Whether AWS answered so that the same question may have another answer later.</summary>
    public static bool IsTransient(Exception exception) => exception.Find<AmazonServiceException>() is
    { StatusCode: HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError } or { ErrorCode: "Throttling" or "ThrottlingException" };

    private static string Remedy(AmazonServiceException? cause, AwsIdentity identity, string action) => cause?.ErrorCode switch
    {
        null => $"check that the STS endpoint of {identity.StsRegion} can be reached",
        "AccessDenied" or "AccessDeniedException" => (AccessDenial.TryParse(cause.Message, out var denial) ? $"allow {action} to {denial.Principal} in the role's trust policy" : $"allow {action} in the role's trust policy")
            + (identity.ExternalId is { Length: > 0 } && action is "sts:AssumeRole" ? ", with the external id that is configured here" : action is "sts:AssumeRole" ? ", and configure externalId if the trust policy asks for one" : ""),
        "ExpiredTokenException" or "ExpiredToken" => "the credentials or the token it is assumed with have expired and were not renewed",
        "InvalidIdentityToken" => "check that the cluster's OIDC provider is registered in the role's account and that the token's audience is sts.amazonaws.com",
        "InvalidClientTokenId" or "UnrecognizedClientException" => "the access key it is assumed with is not known in this partition, or is disabled",
        "SignatureDoesNotMatch" => "the secret key is wrong, or the clock of this machine is",
        "RegionDisabledException" => $"enable the region {identity.StsRegion} in the account",
        "ValidationError" => "check the role's ARN, session name and external id",
        _ => $"STS answered {cause.ErrorCode}",
    };
}
