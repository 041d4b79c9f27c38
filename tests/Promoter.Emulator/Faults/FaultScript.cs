using Promoter.Emulator.Recording;

namespace Promoter.Emulator.Faults;

/// <summary>The faults to come. The first one that matches a request wins; a request whose credential is refused uses up none.</summary>
public sealed class FaultScript
{
    /// <summary>For <c>times</c>: the fault never wears out.</summary>
    public const int Always = int.MaxValue;

    private readonly Lock _lock = new();
    private readonly List<InjectedFault> _faults = [];

    /// <summary>Adds a fault for one kind of request.</summary>
    /// <param name="effect">What goes wrong.</param>
    /// <param name="on">The kind of request.</param>
    /// <param name="account">Account id or registry name; null: any.</param>
    /// <param name="repository">Repository; null: any.</param>
    /// <param name="reference">Tag or digest; null: any. PATCH and plain upload POSTs name none.</param>
    /// <param name="operation">Operation of ECR's JSON API or STS, or the ECR operation that a registry request counts as; null: any.</param>
    /// <param name="first">The matching request that it hits first, counted from 1.</param>
    /// <param name="times">How many requests it hits, or <see cref="Always"/>.</param>
    public InjectedFault Inject(
        Effect effect, EmulatedAction on, string? account = null, string? repository = null, string? reference = null, string? operation = null,
        int first = 1, int times = 1) =>
        Add(new InjectedFault(this, effect)
        {
            Actions = [on],
            Account = account,
            Repository = repository,
            Reference = reference,
            Operation = operation,
            First = first,
            Times = times,
        });

    /// <summary>Adds a fault for whatever requests the condition accepts.</summary>
    public InjectedFault Inject(Effect effect, Func<RecordedRequest, bool> when, int first = 1, int times = 1) =>
        Add(new InjectedFault(this, effect) { Condition = when, First = first, Times = times });

    public void Clear()
    {
        lock (_lock) _faults.Clear();
    }

    internal void Remove(InjectedFault fault)
    {
        lock (_lock) _faults.Remove(fault);
    }

    internal Effect? Next(RecordedRequest request)
    {
        lock (_lock) return _faults.Find(f => f.Take(request))?.Effect;
    }

    private InjectedFault Add(InjectedFault fault)
    {
        lock (_lock) _faults.Add(fault);
        return fault;
    }
}
