using Amazon.Runtime.Internal;

namespace Promoter.Aws.Ecr.Model;

/// <summary>Tag and digest are already stored as asked: nothing changed, which is success.</summary>
public sealed class ImageAlreadyExistsException(ErrorResponse error) : AmazonECRException(error);

public sealed class ImageNotFoundException(ErrorResponse error) : AmazonECRException(error);

/// <summary>The tag exists and is immutable.</summary>
public sealed class ImageTagAlreadyExistsException(ErrorResponse error) : AmazonECRException(error);

public sealed class InvalidParameterException(ErrorResponse error) : AmazonECRException(error);

/// <summary>The repository's key cannot be used.</summary>
public sealed class KmsException(ErrorResponse error) : AmazonECRException(error)
{
    /// <summary>The error of AWS KMS behind it.</summary>
    public string? KmsError { get; init; }
}

/// <summary>The manifest names layers that the repository does not have.</summary>
public sealed class LayersNotFoundException(ErrorResponse error) : AmazonECRException(error);

public sealed class LifecyclePolicyNotFoundException(ErrorResponse error) : AmazonECRException(error);

/// <summary>A quota is used up; also sent for bursts, so that the SDK retries it.</summary>
public sealed class LimitExceededException(ErrorResponse error) : AmazonECRException(error);

/// <summary>The index names manifests that the repository does not have.</summary>
public sealed class ReferencedImagesNotFoundException(ErrorResponse error) : AmazonECRException(error);

public sealed class RepositoryAlreadyExistsException(ErrorResponse error) : AmazonECRException(error);

public sealed class RepositoryNotFoundException(ErrorResponse error) : AmazonECRException(error);

public sealed class RepositoryPolicyNotFoundException(ErrorResponse error) : AmazonECRException(error);

public sealed class ScanNotFoundException(ErrorResponse error) : AmazonECRException(error);
