using System.Diagnostics.Metrics;
using Promoter.Admission.Decisions;
using Promoter.Admission.Presence;

namespace Promoter.Admission.Telemetry;

/// <summary>The webhook's instruments. Labels have few values each: never a tag, a digest or a name.</summary>
internal sealed class AdmissionMeters : IDisposable
{
    public const string Name = "Promoter.Admission";

    private readonly Meter _meter = new(Name);
    private readonly Counter<long> _reviews;
    private readonly Histogram<double> _reviewDuration;
    private readonly Counter<long> _decisions;
    private readonly Counter<long> _presence;
    private readonly Counter<long> _faults;
    private readonly Counter<long> _promotions;
    private readonly Histogram<double> _promotionDuration;
    private readonly Counter<long> _bytes;
    private readonly Counter<long> _releases;
    private readonly Counter<long> _reloads;
    private readonly Counter<long> _eventsLost;

    public AdmissionMeters()
    {
        _reviews = _meter.CreateCounter<long>("promoter.admission.reviews", "{review}", "AdmissionReviews answered, by outcome (allowed, patched, denied, malformed)");
        _reviewDuration = _meter.CreateHistogram(
            "promoter.admission.review.duration", "s", "Time to answer a review", tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] });
        _decisions = _meter.CreateCounter<long>("promoter.admission.decisions", "{image}", "Decisions about images, by decision (untouched, present, promoted, source, allowed, gated, denied, broken)");
        _presence = _meter.CreateCounter<long>("promoter.admission.presence.lookups", "{lookup}", "Questions whether the target has an image, by answer (cached-present, cached-missing, registry)");
        _faults = _meter.CreateCounter<long>("promoter.admission.registry.faults", "{fault}", "Registry answers other than present or missing, by side (source, target) and kind (missing, denied, throttled, timedout, refused, failed)");
        _promotions = _meter.CreateCounter<long>("promoter.admission.promotions", "{promotion}", "On-demand promotions that ended, by outcome (done, found: somebody else had brought it, or the kind of fault)");
        _promotionDuration = _meter.CreateHistogram(
            "promoter.admission.promotion.duration", "s", "Time from the first question to the image at the target", tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600] });
        _bytes = _meter.CreateCounter<long>("promoter.admission.promoted", "By", "Bytes brought to the target");
        _releases = _meter.CreateCounter<long>("promoter.admission.gate.releases", "{pod}", "Pods whose gate was removed, by reason (promoted, deadline)");
        _reloads = _meter.CreateCounter<long>("promoter.admission.config.reloads", "{reload}", "Changes of the configuration file, by outcome (applied, refused)");
        _eventsLost = _meter.CreateCounter<long>("promoter.admission.events.lost", "{event}", "Kubernetes Events that were not written, by reason (overflow, limited, refused)");
    }

    public void Reviewed(string outcome, TimeSpan duration)
    {
        _reviews.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
        _reviewDuration.Record(duration.TotalSeconds);
    }

    public void Decided(DecisionKind kind) => Decided(kind.Name());

    /// <summary>A review that a fault of ours left undecided.</summary>
    public void Broke() => Decided("broken");

    private void Decided(string kind) => _decisions.Add(1, new KeyValuePair<string, object?>("decision", kind));

    public void CacheHit(bool present) => _presence.Add(1, new KeyValuePair<string, object?>("answer", present ? "cached-present" : "cached-missing"));

    public void CacheMiss() => _presence.Add(1, new KeyValuePair<string, object?>("answer", "registry"));

    public void RegistryFault(ImageFault fault) => _faults.Add(
        1, new("side", fault.Side.ToString().ToLowerInvariant()), new("kind", fault.Kind.ToString().ToLowerInvariant()));

    public void Promoted(string outcome, TimeSpan duration)
    {
        _promotions.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
        _promotionDuration.Record(duration.TotalSeconds);
    }

    public void Moved(long bytes) => _bytes.Add(bytes);

    public void Released(string reason) => _releases.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void Reloaded(bool valid) => _reloads.Add(1, new KeyValuePair<string, object?>("outcome", valid ? "applied" : "refused"));

    /// <param name="reason">overflow: too many waited; limited: the object has had its share; refused: the API server said no.</param>
    public void EventLost(string reason) => _eventsLost.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>A value that is asked for when metrics are read.</summary>
    public void Observe(string name, string? unit, string description, Func<double> value) => _meter.CreateObservableGauge(name, value, unit, description);

    public void Dispose() => _meter.Dispose();
}
