using Promoter.Emulator.Recording;

namespace Promoter.Emulator.Faults;

/// <summary>An effect, the requests that it is meant for, and how often it has hit.</summary>
public sealed class InjectedFault
{
    private readonly FaultScript _script;
    private int _seen;
    private int _hits;

    internal InjectedFault(FaultScript script, Effect effect)
    {
        _script = script;
        Effect = effect;
    }

    public Effect Effect { get; }

    /// <summary>How many requests it has hit so far.</summary>
    public int Hits => Volatile.Read(ref _hits);

    internal IReadOnlyList<EmulatedAction> Actions { get; init; } = [];

    internal string? Account { get; init; }

    internal string? Repository { get; init; }

    internal string? Reference { get; init; }

    internal string? Operation { get; init; }

    internal Func<RecordedRequest, bool>? Condition { get; init; }

    internal int First { get; init; } = 1;

    internal int Times { get; init; } = 1;

    public void Remove() => _script.Remove(this);

    // Called under the script's lock.
    internal bool Take(RecordedRequest request)
    {
        if (!Matches(request) || ++_seen < First || _hits >= Times) return false;
        _hits++;
        return true;
    }

    private bool Matches(RecordedRequest request) =>
        (Actions.Count == 0 || Actions.Contains(request.Action)) && (Account is null || Account == request.Account) &&
        (Repository is null || Repository == request.Repository) && (Reference is null || Reference == request.Reference) &&
        (Operation is null || Operation == request.Operation) && (Condition is null || Condition(request));
}
