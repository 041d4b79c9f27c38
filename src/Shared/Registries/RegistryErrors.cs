using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Promoter.Registries;

/// <summary>Turns answers and broken connections into <see cref="RegistryException"/>s whose one sentence says what, where, why and what to do.</summary>
internal static class RegistryErrors
{
    private static readonly string[] RequestIdHeaders = ["x-amzn-RequestId", "x-amz-request-id", "X-Request-Id", "Docker-Request-Id"];

    /// <param name="explain">Turns what the registry said into a sentence with its remedy, or answers null.</param>
    public static async Task<RegistryException> FromAsync(
        HttpResponseMessage response, RegistryRequest request, RequestOrigin origin, Func<string, string?>? explain, TimeProvider time, CancellationToken cancellationToken)
    {
        var errors = await ErrorBody.ReadAsync(response, cancellationToken);
        var fault = FaultOf(response.StatusCode, errors);
        var requestId = RequestId(response);
        var text = errors.Text.Length > 0 ? $": {errors.Text}" : "";
        var reason = explain?.Invoke(errors.Text) is { } explained ? $": {explained}" : $"{text}{Advice(fault, origin, errors)}";
        var message = $"{Describe(request, origin)}: {(int)response.StatusCode} {response.ReasonPhrase}{reason}"
            + (requestId is null ? "" : $" (request id {requestId})");
        return new RegistryException(fault, message)
        {
            Operation = request.Operation,
            Side = origin.Side,
            Host = origin.Host,
            Repository = origin.Repository,
            Status = response.StatusCode,
            Codes = errors.Codes,
            IsTransient = IsTransient(response.StatusCode, errors) || (fault == RegistryFault.Corrupt && request.Method == HttpMethod.Put),
            RetryAfter = RetryAfter.Of(response, time),
            RequestId = requestId,
            MissingDigests = fault == RegistryFault.ContentMissing ? errors.MissingDigests : [],
        };
    }

    public static RegistryException NoAnswer(RegistryRequest request, RequestOrigin origin, RegistryEndpoint endpoint, Uri uri, Exception e, TimeSpan? timeout)
    {
        var (reason, transient) = ReasonOf(e, endpoint, uri, timeout);
        return new RegistryException(RegistryFault.Unreachable, $"{Describe(request, origin)}: {reason}", e)
        {
            Operation = request.Operation,
            Side = origin.Side,
            Host = origin.Host,
            Repository = origin.Repository,
            IsTransient = transient,
        };
    }

    public static RegistryException RedirectRefused(RegistryRequest request, RequestOrigin origin, Uri? target, string refusal) =>
        Fault(RegistryFault.Protocol, $"{Describe(request, origin)}: its redirect{(target is null ? "" : " to " + target.Host)} was not followed, since {refusal}", request.Operation, origin);

    public static RegistryException CredentialRefreshed(RegistryRequest request, RequestOrigin origin) =>
        Fault(RegistryFault.Denied, $"{Describe(request, origin)}: the credential was refused in the middle and has been renewed", request.Operation, origin, isTransient: true);

    /// <summary>A fault that is found in what an answer says rather than in its status.</summary>
    public static RegistryException Fault(
        RegistryFault fault, string message, string operation, RequestOrigin origin, bool isTransient = false, Exception? inner = null) =>
        new(fault, message, inner)
        {
            Operation = operation,
            Side = origin.Side,
            Host = origin.Host,
            Repository = origin.Repository,
            IsTransient = isTransient,
        };

    public static string Describe(RegistryRequest request, RequestOrigin origin) =>
        $"cannot {request.Operation}{(request.Subject.Length > 0 ? " " + request.Subject : "")} {(origin.Side == Side.Source ? "from source" : "at target")} {origin.Host}/{origin.Repository}";

    private static RegistryFault FaultOf(HttpStatusCode status, ErrorBody errors) => status switch
    {
        // ECR's word for missing layers of a manifest is that of an upload session (oras-py#54); the text tells them apart.
        _ when errors.Has("BLOB_UPLOAD_UNKNOWN") && errors.Mentions(ErrorBody.RequiredForPush) => RegistryFault.ContentMissing,
        _ when errors.Has("MANIFEST_BLOB_UNKNOWN") || (errors.Has("BLOB_UNKNOWN") && status == HttpStatusCode.BadRequest) => RegistryFault.ContentMissing,

        // ECR says TAG_INVALID; Harbor 412 "configured as immutable".
        _ when errors.Mentions("immutable") && (errors.Has("TAG_INVALID") || status == HttpStatusCode.PreconditionFailed) => RegistryFault.TagConflict,
        _ when errors.Has("TOOMANYREQUESTS") => RegistryFault.Throttled,

        // What was sent had been verified, so it was damaged on its way.
        _ when errors.Has("DIGEST_INVALID") => RegistryFault.Corrupt,
        HttpStatusCode.NotFound => RegistryFault.NotFound,
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => RegistryFault.Denied,
        HttpStatusCode.TooManyRequests => RegistryFault.Throttled,
        HttpStatusCode.RequestTimeout => RegistryFault.Unreachable,
        >= HttpStatusCode.InternalServerError => RegistryFault.Unreachable,
        _ => RegistryFault.Protocol,
    };

    private static bool IsTransient(HttpStatusCode status, ErrorBody errors) =>
        status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.InternalServerError
            or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout
        || errors.Has("TOOMANYREQUESTS");

    private static string Advice(RegistryFault fault, RequestOrigin origin, ErrorBody errors) => fault switch
    {
        RegistryFault.Denied when !errors.Mentions("is not authorized") =>
            $"; check that the credentials for {origin.Host} are present and may {(origin.Side == Side.Source ? "pull from" : "push to")} {origin.Repository}",
        RegistryFault.NotFound when errors.Has("NAME_UNKNOWN") && origin.Side == Side.Target =>
            "; create the repository, or let createRepositories do it",
        _ when errors.IsHtml => "; the answer is an HTML page: a proxy or login page stands between us and the registry",
        _ => "",
    };

    private static (string Reason, bool Transient) ReasonOf(Exception e, RegistryEndpoint endpoint, Uri uri, TimeSpan? timeout)
    {
        if (timeout is { } limit) return ($"{uri.Authority} did not answer within {limit.TotalSeconds:0.#} s", true);
        for (var inner = e; inner is not null; inner = inner.InnerException)
        {
            switch (inner)
            {
                case AddressRefusedException:
                    return (inner.Message, false);
                case AuthenticationException when inner.Message.Contains("corrupted frame", StringComparison.OrdinalIgnoreCase) || inner.Message.Contains("unexpected packet", StringComparison.OrdinalIgnoreCase):
                    return ($"{uri.Authority} does not speak TLS; if plain HTTP is meant, say 'plainHttp: true' in the registry's entry", false);
                case AuthenticationException:
                    return ($"the certificate of {uri.Authority} is not trusted ({inner.Message.TrimEnd('.')}); add its CA to the trust store (SSL_CERT_FILE or SSL_CERT_DIR)", false);
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData }:
                    return ($"the host {uri.Host} is not known to DNS; check its spelling, and the cluster's DNS and network policy", true);
                case SocketException { SocketErrorCode: SocketError.ConnectionRefused }:
                    return ($"{uri.Authority} refused the connection; is the registry up, and does a network policy or proxy stand between?", true);
                default:
                    continue;
            }
        }

        if (e is OperationCanceledException || (e as HttpRequestException)?.HttpRequestError == HttpRequestError.ConnectionError)
        {
            return ($"no connection to {uri.Authority} ({e.Message.TrimEnd('.')})", true);
        }

        var hint = (e as HttpRequestException)?.HttpRequestError == HttpRequestError.ResponseEnded && endpoint.IsPlainHttp
            ? "; if it speaks TLS, give it 'endpoint: https://…' in the registry's entry"
            : "";
        return ($"the connection to {uri.Authority} broke ({(e.InnerException ?? e).Message.TrimEnd('.')}){hint}", true);
    }

    private static string? RequestId(HttpResponseMessage response) =>
        RequestIdHeaders.Select(name => response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null).FirstOrDefault(id => !string.IsNullOrEmpty(id));
}
