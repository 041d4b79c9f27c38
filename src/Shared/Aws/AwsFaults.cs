using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using Amazon.Runtime;
using Promoter.Aws.Ecr.Model;
using Promoter.Aws.Identities;
using Promoter.Registries;

namespace Promoter.Aws;

/// <summary>Turns what AWS and its SDK throw into the one sentence that a person can act on.</summary>
internal static partial class AwsFaults
{
    /// <param name="action">The IAM action that was being used, <c>ecr:BatchGetImage</c>.</param>
    /// <param name="repository">Empty where the action is not about one.</param>
    public static RegistryException Of(Exception exception, AwsRegistry registry, string action, string repository = "")
    {
        var service = exception.Find<AmazonServiceException>();
        var answered = service is not null && (int)service.StatusCode > 0;
        var (fault, text) = exception.Find<IdentityException>() is { } identity
            ? (identity.IsTransient ? RegistryFault.Unreachable : RegistryFault.Denied, $"no credentials for {registry.Description}: {identity.Message}")
            : answered ? Explain(service!, registry, action, repository) : (RegistryFault.Unreachable, Unreachable(exception, registry, action));
        var request = string.IsNullOrEmpty(service?.RequestId) || text.Contains(service.RequestId, StringComparison.Ordinal) ? "" : $" (request {service.RequestId})";
        return new RegistryException(fault, text + request, exception)
        {
            Operation = action,
            Side = registry.Side ?? Side.Source,
            Host = registry.Host.Name,
            Repository = repository,
            Status = answered ? service!.StatusCode : null,
            Codes = string.IsNullOrEmpty(service?.ErrorCode) ? [] : [service.ErrorCode],
            IsTransient = fault is RegistryFault.Throttled or RegistryFault.Unreachable,
            RequestId = service?.RequestId,
        };
    }

    /// <summary>Whether AWS refused the action to this caller, as opposed to every other failure.</summary>
    public static bool IsAccessDenied(AmazonServiceException exception) => exception.ErrorCode is "AccessDeniedException" or "AccessDenied" or "BlockedByOrganizationPolicyException";

    /// <summary>What the SDK and its network code throw; a cancellation that the caller did not ask for is a time-out.</summary>
    public static bool Covers(Exception exception, CancellationToken cancellationToken) => exception switch
    {
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        AmazonServiceException or AmazonClientException or HttpRequestException or IOException or FormatException or JsonException => true,
        _ => false,
    };

    /// <summary>Action, resource, principal, side and remedy of a refusal in one sentence; what AWS did not say is taken from the request.</summary>
    /// <param name="message">AWS's words; empty where an answer had none.</param>
    public static string Denied(string message, AwsRegistry registry, string action, string repository)
    {
        var resource = repository.Length > 0 ? registry.Host.RepositoryArn(repository) : "*";
        return AccessDenial.TryParse(message, out var denial)
            ? $"{denial.Action} on {(denial.Resource.Length > 0 ? denial.Resource : resource)} at {registry.Description} is denied to {denial.Principal}"
                + $"{(denial.Reason.Length > 0 ? $" ({denial.Reason})" : "")}: {denial.Remedy}"
            : $"{action} on {resource} at {registry.Description} is denied to {registry.Identity}{(message.Length > 0 ? $" ({message.TrimEnd('.', ' ')})" : "")}: allow it in the identity's policy and, across accounts, in the repository's policy";
    }

    private static (RegistryFault Fault, string Text) Explain(AmazonServiceException e, AwsRegistry registry, string action, string repository)
    {
        if (IsAccessDenied(e)) return (RegistryFault.Denied, Denied(e.Message, registry, action, repository));
        var at = repository.Length > 0 ? $"repository {repository} of {registry.Description}" : registry.Description;
        return (e, e.ErrorCode) switch
        {
            (RepositoryNotFoundException, _) => (RegistryFault.NotFound, $"{at} does not exist: create it, or configure createRepositories"),
            (ImageNotFoundException, _) => (RegistryFault.NotFound, $"the image is not in {at}: {Sentence(e)}"),
            (KmsException kms, _) => (RegistryFault.Denied, $"{action} failed at {at} because its KMS key cannot be used ({kms.KmsError ?? "KmsException"}): {Sentence(e)}; check the key's state, region and policy"),
            (_, "ExpiredTokenException" or "ExpiredToken") =>
                (RegistryFault.Denied, $"the credentials of {registry.Identity} have expired and were not renewed: {action} at {at} was refused"),
            (_, "UnrecognizedClientException" or "InvalidClientTokenId") =>
                (RegistryFault.Denied, $"{action} at {at} was refused: the access key of {registry.Identity} is not known in partition {registry.Host.Partition.Name}, or is disabled"),
            (_, "InvalidSignatureException") when e.Message.Contains("scoped to a valid region", StringComparison.Ordinal) =>
                (RegistryFault.Denied, $"{action} at {at} was refused: the API that answered is not that of region {registry.Host.Region}{RegionHint(registry)}; check the registry's host and aws.ecrEndpoint"),
            (_, "InvalidSignatureException" or "SignatureDoesNotMatch" or "RequestExpired" or "RequestTimeTooSkewed") =>
                (RegistryFault.Denied, $"{action} at {at} was refused because of its signature: the secret key of {registry.Identity} is wrong, or the clock of this machine is ({Sentence(e)})"),
            (LimitExceededException, _) => (RegistryFault.Protocol, $"{action} at {at} exceeds a quota of the account: {Sentence(e)}"),
            _ when e.StatusCode == HttpStatusCode.TooManyRequests || IsThrottling(e.ErrorCode) => (RegistryFault.Throttled, $"{action} at {at} was throttled until the retries were used up: lower parallelism, or raise the account's quota"),
            _ when e.StatusCode >= HttpStatusCode.InternalServerError => (RegistryFault.Unreachable, $"{action} at {at} failed with HTTP {(int)e.StatusCode} until the retries were used up: {Sentence(e)}"),
            _ when e.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => (RegistryFault.Denied, Denied(e.Message, registry, action, repository)),
            _ => (RegistryFault.Protocol, $"{action} at {at} was refused as {e.ErrorCode ?? "malformed"}: {Sentence(e)}"),
        };
    }

    private static string Unreachable(Exception exception, AwsRegistry registry, string action)
    {
        var endpoint = registry.Options.EcrEndpoint ?? registry.Host.ApiEndpoint;
        var unknown = exception.Find<SocketException>() is { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain }
            && !AwsPartition.KnowsRegion(registry.Host.Region);
        var hint = unknown
            ? $"region {registry.Host.Region} is not one that this program knows{RegionHint(registry)}"
            : "check the network, the VPC endpoint ecr.api and AWS_ENDPOINT_URL_ECR";
        return $"{action} did not reach the API of {registry.Description} at {endpoint}: {exception.GetBaseException().Message.TrimEnd('.')}; {hint}";
    }

    public static bool IsThrottling(string? code) =>
        code is "ThrottlingException" or "ThrottleException" or "Throttling" or "TooManyRequestsException" or "RequestLimitExceeded" or "RequestThrottled";

    private static string RegionHint(AwsRegistry registry) =>
        !AwsPartition.KnowsRegion(registry.Host.Region) && AwsPartition.NearestRegion(registry.Host.Region) is { } near ? $" (did you mean {near}?)" : "";

    // An HTML page of a proxy is not a sentence.
    private static string Sentence(AmazonServiceException e) => Markup.IsMatch(e.Message) ? "the answer is not from AWS" : e.Message.TrimEnd('.', ' ');

    [GeneratedRegex(@"^\s*<", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Markup { get; }
}
