using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;

namespace Promoter.Aws;

/// <summary>The token of one identity in one region: fetched once, shared by all who ask at the same time, and renewed before it expires.</summary>
internal sealed class EcrTokenCache(Func<CancellationToken, Task<EcrToken>> fetch, TimeProvider time, ILogger logger, string description) : IDisposable
{
    // Tokens live for twelve hours; a transfer that starts now must not outlive its token.
    private static readonly TimeSpan RenewBefore = TimeSpan.FromMinutes(30);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private EcrToken? _token;
    private (long At, ExceptionDispatchInfo Exception)? _failure;

    /// <param name="rejectedPassword">The password that the registry has just refused; never answered again.</param>
    public async ValueTask<EcrToken> GetAsync(string? rejectedPassword, CancellationToken cancellationToken)
    {
        if (Usable(rejectedPassword) is { } cached && !IsDue(cached)) return cached;

        var asked = time.GetTimestamp();
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var current = Usable(rejectedPassword);
            if (current is not null && !IsDue(current)) return current;

            // Who waited while another failed gets the same answer: a hundred images must not ask a hundred times for a role that is refused.
            if (_failure is { } failure && failure.At >= asked) failure.Exception.Throw();
            return await RenewAsync(current, cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private async Task<EcrToken> RenewAsync(EcrToken? current, CancellationToken cancellationToken)
    {
        try
        {
            _token = await fetch(cancellationToken);
            _failure = null;
            Log.TokenObtained(logger, description, _token.ExpiresAt);
            return _token;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            if (current is not null && current.ExpiresAt > time.GetUtcNow())
            {
                Log.TokenNotRenewed(logger, description, current.ExpiresAt, e.Message);
                return current;
            }

            _failure = (time.GetTimestamp(), ExceptionDispatchInfo.Capture(e));
            throw;
        }
    }

    private EcrToken? Usable(string? rejectedPassword) =>
        _token is { } token && token.Password != rejectedPassword && token.ExpiresAt > time.GetUtcNow() ? token : null;

    private bool IsDue(EcrToken token) => token.ExpiresAt - time.GetUtcNow() <= RenewBefore;
}
