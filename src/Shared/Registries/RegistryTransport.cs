using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Logging;
using Promoter.Registries.Authentication;

namespace Promoter.Registries;

/// <summary>
/// Sends one request: paced, authenticated, redirects followed by hand. It answers with any HTTP status and throws only where no answer came.
/// It does not retry: a consumed stream cannot be sent again, so retries surround one manifest or one blob (<see cref="RegistryRetry"/>).
/// </summary>
internal sealed class RegistryTransport(
    RegistryEndpoint endpoint, HttpMessageInvoker http, RegistryAuthenticator authenticator, RequestPacer pacer, RegistryClientOptions options, TimeProvider time, ILogger logger)
{
    private const string UserAgent = "promoter";

    public RegistryEndpoint Endpoint => endpoint;

    public async Task<HttpResponseMessage> SendAsync(RegistryRequest request, RequestOrigin origin, CancellationToken cancellationToken)
    {
        await pacer.WaitAsync(request.Action, cancellationToken);

        // Try 0 may go without a credential, try 1 answers the challenge, try 2 follows the one refresh of a refused credential.
        for (var attempt = 0; ; attempt++)
        {
            var authorization = await authenticator.AuthorizeAsync(request.Scopes, origin, cancellationToken);
            var response = await FollowAsync(request, authorization, origin, cancellationToken);
            if (response.IsSuccessStatusCode) return response;
            if (response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable && IsPaceOf(request, response))
            {
                RegistryTelemetry.Throttled(endpoint.Host, request.Action.ToString(), response.StatusCode);
                pacer.Throttled(request.Action, response.StatusCode, RetryAfter.Of(response, time));
            }

            if (!await IsRefusalAsync(response, request, authorization, origin, cancellationToken)) return response;
            if (attempt == 2 || !await authenticator.LearnAsync(response, authorization, request.Scopes, cancellationToken)) return response;

            RegistryLog.CredentialRefused(logger, endpoint.Host, (int)response.StatusCode, request.Operation);
            if (request.IsStreaming)
            {
                response.Dispose();
                throw RegistryErrors.CredentialRefreshed(request, origin);
            }

            response.Dispose();
        }
    }

    // A layer bucket belongs to the registry; where another question leads elsewhere, that host's limits are not the registry's.
    private bool IsPaceOf(RegistryRequest request, HttpResponseMessage response) =>
        request.Action == RegistryAction.ReadBlob || response.RequestMessage?.RequestUri is not { } uri || endpoint.IsOwn(uri);

    // An answer to HEAD has no body, so that an expired token of ECR looks like a missing permission; a ping with the same token tells them apart.
    private async Task<bool> IsRefusalAsync(
        HttpResponseMessage response, RegistryRequest request, AuthenticationHeaderValue? authorization, RequestOrigin origin, CancellationToken cancellationToken)
    {
        if (request.Method != HttpMethod.Head || response.StatusCode != HttpStatusCode.Forbidden || authorization is null)
        {
            return await ExpiredCredential.IsRefusalAsync(response, cancellationToken);
        }

        var ping = new RegistryRequest(HttpMethod.Get, new Uri(endpoint.BaseUri, "/v2/"), request.Action, "check the credential", request.Scopes);
        using var answer = await SendOnceAsync(ping, ping.Uri, authorization, origin, cancellationToken);
        return await ExpiredCredential.IsRefusalAsync(answer, cancellationToken);
    }

    private async Task<HttpResponseMessage> FollowAsync(
        RegistryRequest request, AuthenticationHeaderValue? authorization, RequestOrigin origin, CancellationToken cancellationToken)
    {
        var uri = request.Uri;
        for (var hop = 0; ; hop++)
        {
            // Credentials are for the registry alone: a layer bucket refuses them, any other host must not learn them.
            var response = await SendOnceAsync(request, uri, endpoint.IsOwn(uri) ? authorization : null, origin, cancellationToken);
            if (!IsRedirect(response) || response.Headers.Location is not { } location) return response;

            // "See other" leads to something else than was asked for. ghcr.io sends to GitHub's web pages so, which a cluster may not be allowed to reach.
            if (request.Action == RegistryAction.ListReferrers && response.StatusCode == HttpStatusCode.SeeOther) return response;

            var target = endpoint.Resolve(uri, location.OriginalString);
            response.Dispose();
            var refusal = hop == RedirectPolicy.MaxHops ? $"it is redirect number {hop + 1} in a row"
                : request.IsStreaming ? "the body of an upload can be sent once only"
                : RedirectPolicy.Refuse(endpoint, target);
            if (refusal is not null) throw RegistryErrors.RedirectRefused(request, origin, target, refusal);
            uri = target!;
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(
        RegistryRequest request, Uri uri, AuthenticationHeaderValue? authorization, RequestOrigin origin, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(request.Method, uri);
        message.Headers.Authorization = authorization;
        message.Headers.TryAddWithoutValidation("User-Agent", UserAgent);
        foreach (var type in request.Accept) message.Headers.TryAddWithoutValidation("Accept", type);
        if (request.RangeStart > 0 || request.RangeEnd is not null) message.Headers.Range = new RangeHeaderValue(request.RangeStart, request.RangeEnd);
        message.Content = request.Content?.Invoke();

        // Bodies go over HTTP/1.1: one connection per blob, no shared flow-control window (measured: twice the throughput of HTTP/2).
        var carriesBody = request.IsStreaming || request.Action == RegistryAction.ReadBlob;
        message.Version = carriesBody ? HttpVersion.Version11 : HttpVersion.Version20;
        message.VersionPolicy = carriesBody ? HttpVersionPolicy.RequestVersionExact : HttpVersionPolicy.RequestVersionOrLower;

        // A streaming body watches its own progress; everything else must be answered in time.
        using var timeout = new CancellationTokenSource(request.IsStreaming ? Timeout.InfiniteTimeSpan : options.ResponseTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        using var span = RegistryTelemetry.Start(request, uri);
        try
        {
            var response = await http.SendAsync(message, linked.Token);
            span.Answered(response.StatusCode);
            RegistryLog.Answered(logger, request.Method.Method, uri.Host, uri.AbsolutePath, (int)response.StatusCode);
            if ((int)response.StatusCode >= 400) await BufferedError.TakeInAsync(response, options, time, cancellationToken);
            return response;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            // A connection that we cut ourselves may end in any of them.
            cancellationToken.ThrowIfCancellationRequested();
            throw RegistryErrors.NoAnswer(request, origin, endpoint, uri, e, timeout.IsCancellationRequested ? options.ResponseTimeout : null);
        }
    }

    private static bool IsRedirect(HttpResponseMessage response) =>
        response.StatusCode is HttpStatusCode.Moved or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;
}
