using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace Promoter.Registries;

/// <summary>
/// The retry rule of one registry (Polly): transient faults only, exponential pauses with jitter, Retry-After honoured, and an end after
/// <see cref="RegistryClientOptions.RetryLimit"/>. The caller's cancellation is never retried.
/// </summary>
internal sealed class RegistryRetry
{
    private static readonly ResiliencePropertyKey<RetryWindow> Window = new("window");
    private readonly ResiliencePipeline _pipeline;
    private readonly TimeProvider _time;

    public RegistryRetry(RegistryClientOptions options, TimeProvider time, Func<double> randomizer, ILogger logger)
    {
        _time = time;
        var builder = new ResiliencePipelineBuilder { TimeProvider = time };
        if (options.Retries > 0)
        {
            builder.AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = options.Retries,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Randomizer = randomizer,
                Delay = options.RetryDelay,
                MaxDelay = options.MaxRetryDelay,
                ShouldHandle = args => ValueTask.FromResult(
                    args.Outcome.Exception is RegistryException { IsTransient: true } fault && HasTimeLeft(args.Context, fault, options)),
                DelayGenerator = args => ValueTask.FromResult((args.Outcome.Exception as RegistryException)?.RetryAfter),
                OnRetry = args =>
                {
                    if (args.Outcome.Exception is RegistryException fault)
                    {
                        RegistryLog.Retrying(logger, fault.Operation, fault.Host, args.AttemptNumber + 1, options.Retries, Math.Round(args.RetryDelay.TotalSeconds, 1), fault.Message);
                    }

                    return ValueTask.CompletedTask;
                },
            });
        }

        _pipeline = builder.Build();
    }

    public Task<T> ExecuteAsync<T>(Func<CancellationToken, Task<T>> operation, CancellationToken cancellationToken) =>
        ExecuteAsync((_, ct) => operation(ct), cancellationToken);

    /// <summary>As the other, for operations that can tell when they have got on.</summary>
    public async Task<T> ExecuteAsync<T>(Func<RetryWindow, CancellationToken, Task<T>> operation, CancellationToken cancellationToken)
    {
        var window = new RetryWindow(_time);
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(Window, window);
        try
        {
            // Objects alone: else all of Polly's generic code is compiled once more, at run time, for each type of result that is a value.
            return (T)(await _pipeline.ExecuteAsync(static (ctx, once) => once(ctx.CancellationToken), context, (Func<CancellationToken, ValueTask<object?>>)OnceAsync))!;
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }

        async ValueTask<object?> OnceAsync(CancellationToken ct) => await operation(window, ct);
    }

    private static bool HasTimeLeft(ResilienceContext context, RegistryException fault, RegistryClientOptions options)
    {
        var elapsed = context.Properties.GetValue(Window, null!).Elapsed;
        return elapsed + (fault.RetryAfter ?? TimeSpan.Zero) < options.RetryLimit;
    }
}
