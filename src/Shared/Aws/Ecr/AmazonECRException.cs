using System.Net;
using System.Text.Json;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Promoter.Aws.Ecr.Model;

namespace Promoter.Aws.Ecr;

/// <summary>An error answer of ECR; the ones that code tells apart have types of their own, named as AWS names them.</summary>
public class AmazonECRException : AmazonServiceException
{
    public AmazonECRException(ErrorResponse error)
        : base(error.Message, error.InnerException, error.Type, error.Code, error.RequestId, error.StatusCode)
    {
    }

    // The SDK retries the throttling codes that it knows; ECR also sends 429 with others, and "ThrottleException".
    public override RetryableDetails? Retryable =>
        StatusCode == HttpStatusCode.TooManyRequests || ErrorCode is "ThrottleException" ? new RetryableDetails(throttling: true) : null;

    internal static AmazonECRException Create(ErrorResponse error, byte[]? body) => error.Code switch
    {
        "ImageAlreadyExistsException" => new ImageAlreadyExistsException(error),
        "ImageNotFoundException" => new ImageNotFoundException(error),
        "ImageTagAlreadyExistsException" => new ImageTagAlreadyExistsException(error),
        "InvalidParameterException" => new InvalidParameterException(error),
        "KmsException" => new KmsException(error) { KmsError = Member(body, "kmsError") },
        "LayersNotFoundException" => new LayersNotFoundException(error),
        "LifecyclePolicyNotFoundException" => new LifecyclePolicyNotFoundException(error),
        "LimitExceededException" => new LimitExceededException(error),
        "ReferencedImagesNotFoundException" => new ReferencedImagesNotFoundException(error),
        "RepositoryAlreadyExistsException" => new RepositoryAlreadyExistsException(error),
        "RepositoryNotFoundException" => new RepositoryNotFoundException(error),
        "RepositoryPolicyNotFoundException" => new RepositoryPolicyNotFoundException(error),
        "ScanNotFoundException" => new ScanNotFoundException(error),
        _ => new AmazonECRException(error),
    };

    private static string? Member(byte[]? body, string name)
    {
        if (body is not { Length: > 0 }) return null;
        using var document = JsonDocument.Parse(body);
        return document.RootElement.TryGetProperty(name, out var value) ? value.ToString() : null;
    }
}
