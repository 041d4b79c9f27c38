using System.Net;
using Polly;
using Polly.Retry;

namespace Promoter.Kubernetes;

/// <summary>
/// Repeats requests as client-go does (rest/with_retry.go): up to ten times, when the server says 429 or 5xx <em>and</em> when to come back, and for reads also
/// when the connection broke. Everything else is the caller's to decide.
/// </summary>
internal static class KubernetesRetry
{
    public const int Attempts = 10;

    private static readonly ResiliencePropertyKey<bool> ReadsKey = new("kubernetes-reads");

    public static ResiliencePipeline<HttpResponseMessage> Create(TimeProvider time) =>
        new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = Attempts,
                ShouldHandle = arguments => new ValueTask<bool>(arguments.Outcome switch
                {
                    { Result: { } answer } => RetryAfter(answer) is not null,
                    { Exception: HttpRequestException { HttpRequestError: not HttpRequestError.SecureConnectionError } } => IsRead(arguments.Context),
                    _ => false,
                }),
                DelayGenerator = arguments => new ValueTask<TimeSpan?>(
                    arguments.Outcome.Result is { } answer ? RetryAfter(answer) : TimeSpan.FromSeconds(Math.Min(1 << arguments.AttemptNumber, 8))),
                OnRetry = arguments =>
                {
                    arguments.Outcome.Result?.Dispose();
                    return default;
                },
            })
            .Build();

    public static ResilienceContext ContextOf(HttpMethod method, CancellationToken cancellationToken)
    {
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(ReadsKey, method == HttpMethod.Get);
        return context;
    }

    private static bool IsRead(ResilienceContext context) => context.Properties.GetValue(ReadsKey, false);

    private static TimeSpan? RetryAfter(HttpResponseMessage answer) =>
        answer.StatusCode is HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError ? answer.Headers.RetryAfter?.Delta : null;
}
