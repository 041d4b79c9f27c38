using Microsoft.AspNetCore.Http.Features;

namespace Promoter.Emulator.Recording;

/// <summary>Every request that the emulator saw, in order of arrival. Safe to read while requests run.</summary>
public sealed class RequestLog
{
    private readonly Lock _lock = new();
    private readonly List<RecordedRequest> _requests = [];
    private readonly List<(Func<RecordedRequest, bool> Wanted, TaskCompletionSource<RecordedRequest> Arrived)> _waiting = [];
    private int _next;
    private int _finished;
    private int _clock;

    public IReadOnlyList<RecordedRequest> All
    {
        get
        {
            lock (_lock) return [.. _requests];
        }
    }

    /// <summary>The requests that match everything given.</summary>
    /// <param name="operation">Operation of ECR's JSON API or STS, or the ECR operation that a registry request counts as.</param>
    public IReadOnlyList<RecordedRequest> Where(
        EmulatedAction? action = null, string? account = null, string? repository = null, string? reference = null, string? operation = null) =>
        [.. All.Where(r =>
            (action is null || r.Action == action) && (account is null || r.Account == account) && (repository is null || r.Repository == repository) &&
            (reference is null || r.Reference == reference) && (operation is null || r.Operation == operation))];

    public int Count(EmulatedAction? action = null, string? account = null, string? repository = null, string? reference = null, string? operation = null) =>
        Where(action, account, repository, reference, operation).Count;

    /// <summary>Requests that change something: uploads, manifests, tags, and the JSON API's writing operations.</summary>
    public IReadOnlyList<RecordedRequest> Writes(string? account = null) => [.. Where(account: account).Where(r => r.IsWrite)];

    /// <summary>How often each action came, with JSON API and STS calls by operation.</summary>
    public IReadOnlyDictionary<string, int> Counters(string? account = null) => Where(account: account)
        .GroupBy(r => r.Action is EmulatedAction.EcrApi or EmulatedAction.Sts ? $"{r.Action}:{r.Operation}" : r.Action.ToString(), StringComparer.Ordinal)
        .OrderBy(g => g.Key, StringComparer.Ordinal)
        .ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);

    public void Clear()
    {
        lock (_lock) _requests.Clear();
    }

    /// <summary>Completes when a matching request has arrived, now or later.</summary>
    public Task<RecordedRequest> WaitForAsync(Func<RecordedRequest, bool> wanted, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_requests.Find(r => wanted(r)) is { } there) return Task.FromResult(there);
            var arrived = new TaskCompletionSource<RecordedRequest>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((wanted, arrived));
            return arrived.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>One line per request, for the message of a failed assertion.</summary>
    public override string ToString() => string.Join('\n', All);

    internal RecordedRequest Begin(HttpContext context, Action<RecordedRequest> describe)
    {
        var headers = context.Request.Headers;
        lock (_lock)
        {
            var record = new RecordedRequest
            {
                Index = _next++,
                ArrivedAt = _clock++,
                Method = context.Request.Method,
                Path = context.Features.Get<IHttpRequestFeature>()?.Path ?? "",
                ContentLength = context.Request.ContentLength,
                HasAuthorization = headers.Authorization.Count > 0,
                Protocol = context.Request.Protocol,
                Range = headers.Range.Count > 0 ? headers.Range.ToString() : headers.ContentRange.Count > 0 ? headers.ContentRange.ToString() : null,
                UserAgent = headers.UserAgent.ToString(),
            };
            describe(record);
            _requests.Add(record);
            foreach (var (wanted, arrived) in _waiting.Where(w => w.Wanted(record)).ToList())
            {
                arrived.TrySetResult(record);
                _waiting.Remove((wanted, arrived));
            }

            return record;
        }
    }

    internal void Answer(RecordedRequest record)
    {
        lock (_lock) record.AnsweredAt = _clock++;
    }

    internal void End(RecordedRequest record, int status)
    {
        lock (_lock)
        {
            record.Status = status;
            record.Finished = _finished++;
        }
    }
}
