using System.Net;
using System.Net.Http.Headers;
using Polly;
using Polly.Retry;
using Polly.Timeout;
using Promoter.Promotion;
using Promoter.Promotion.Configuration;

namespace Promoter.Job.Results;

/// <summary>Delivers a body to a webhook with bounded retries. What a webhook's URL says beyond its host is a secret and appears in no message.</summary>
internal sealed class WebhookSender : IDisposable
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly NotificationConfig _config;
    private readonly PodIdentity _pod;
    private readonly HttpClient _http;
    private readonly ResiliencePipeline<HttpResponseMessage> _pipeline;

    public WebhookSender(NotificationConfig config, PodIdentity pod, TimeProvider time)
    {
        _config = config;
        _pod = pod;
        // A redirect could lead the result and the token elsewhere.
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = config.Timeout }) { Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("promoter", typeof(WebhookSender).Assembly.GetName().Version?.ToString(3)));
        var pipeline = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = time };
        if (config.Retries > 0) pipeline.AddRetry(Retry(config.Retries));
        _pipeline = pipeline.AddTimeout(config.Timeout).Build();
    }

    /// <summary>The URL without what is secret in it.</summary>
    public static string Hidden(Uri url) => $"{url.Scheme}://{url.Authority}/…";

    /// <summary>Whether this result is one that shall be told. Of the pods that share a run, one tells that it went well, each that it failed.</summary>
    public bool IsOccasion(RunResult result) => result.ExitCode != ExitCode.Done || (_pod.IsFirst && _config.When switch
    {
        NotificationOccasion.Always => true,
        NotificationOccasion.Changes => result.HasChanges,
        _ => false,
    });

    /// <param name="content">Makes the body, anew for each attempt.</param>
    /// <param name="token">A bearer token; null: none.</param>
    /// <exception cref="ResultNotDeliveredException">The receiver refused it, or did not take it in any attempt.</exception>
    public async Task SendAsync(Uri url, Func<HttpContent> content, string? token, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await _pipeline.ExecuteAsync(
                async attempt =>
                {
                    using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = content() };
                    if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
                    return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, attempt);
                },
                cancellationToken);
            if (!answer.IsSuccessStatusCode) throw new ResultNotDeliveredException($"it answered {(int)answer.StatusCode} {answer.ReasonPhrase}");
        }
        catch (HttpRequestException e)
        {
            throw new ResultNotDeliveredException($"it cannot be reached: {e.InnerException?.Message ?? e.Message}", e);
        }
        catch (TimeoutRejectedException e)
        {
            throw new ResultNotDeliveredException($"it did not answer within {_config.Timeout.TotalSeconds:0.#} seconds", e);
        }
    }

    public void Dispose() => _http.Dispose();

    private static RetryStrategyOptions<HttpResponseMessage> Retry(int retries) => new()
    {
        MaxRetryAttempts = retries,
        Delay = TimeSpan.FromMilliseconds(500),
        MaxDelay = LongestPause,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        ShouldHandle = new PredicateBuilder<HttpResponseMessage>()
            .Handle<HttpRequestException>().Handle<TimeoutRejectedException>()
            .HandleResult(a => a.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError),
        DelayGenerator = arguments => new ValueTask<TimeSpan?>(
            arguments.Outcome.Result?.Headers.RetryAfter?.Delta is { } wanted ? TimeSpan.FromTicks(Math.Min(wanted.Ticks, LongestPause.Ticks)) : null),
        OnRetry = arguments =>
        {
            arguments.Outcome.Result?.Dispose();
            return default;
        },
    };
}
