using Promoter.Admission.Decisions;
using Promoter.Admission.Pods;
using Promoter.Admission.Reviews;

namespace Promoter.Admission.Telemetry;

/// <summary>One line of the recent past, for <c>/status</c>.</summary>
internal sealed record RecentDecision(DateTimeOffset At, string Namespace, string Pod, bool DryRun, string Image, string Decision, string Reason);

/// <summary>Keeps the last decisions that did something.</summary>
internal sealed class DecisionLog(TimeProvider time)
{
    private const int Kept = 100;
    private readonly Queue<RecentDecision> _recent = new(Kept);

    public IReadOnlyList<RecentDecision> Recent
    {
        get
        {
            lock (_recent) return [.. _recent.Reverse()];
        }
    }

    public void Add(AdmissionRequest request, PodFacts pod, IReadOnlyList<ImageDecision> decisions)
    {
        var now = time.GetUtcNow();
        foreach (var decision in decisions)
        {
            // What was there all along is the rule, and would push out what one looks for.
            if (decision.Kind is DecisionKind.Untouched or DecisionKind.Present) continue;
            var line = new RecentDecision(
                now, request.Namespace, pod.Name, request.IsDryRun, decision.Image?.Short ?? decision.Text, decision.Kind.Name(), decision.Reason);
            lock (_recent)
            {
                if (_recent.Count == Kept) _recent.Dequeue();
                _recent.Enqueue(line);
            }
        }
    }
}
