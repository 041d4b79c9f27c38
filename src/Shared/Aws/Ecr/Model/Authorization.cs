using Amazon.Runtime;

namespace Promoter.Aws.Ecr.Model;

/// <summary>A token is valid in every registry that the caller may use; which registry it is asked for does not matter.</summary>
public sealed class GetAuthorizationTokenRequest : AmazonWebServiceRequest;

public sealed class GetAuthorizationTokenResponse : AmazonWebServiceResponse
{
    public List<AuthorizationData> AuthorizationData { get; set; } = [];
}

public sealed class AuthorizationData
{
    /// <summary>Base64 of <c>AWS:password</c>.</summary>
    public string? AuthorizationToken { get; set; }

    public DateTimeOffset? ExpiresAt { get; set; }

    public string? ProxyEndpoint { get; set; }
}

/// <summary>The public gallery answers with one object where the private API answers with a list.</summary>
public sealed class GetPublicAuthorizationTokenResponse : AmazonWebServiceResponse
{
    public AuthorizationData? AuthorizationData { get; set; }
}

public sealed class GetAccountSettingRequest : AmazonWebServiceRequest
{
    public required string Name { get; init; }
}

public sealed class GetAccountSettingResponse : AmazonWebServiceResponse
{
    public string? Name { get; set; }

    public string? Value { get; set; }
}
