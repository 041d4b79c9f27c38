namespace Promoter.Promotion.Configuration;

/// <summary>Which runs are worth a notification.</summary>
public enum NotificationOccasion
{
    Always,

    /// <summary>Something was brought, or the run failed; a sync that found everything in place is not told.</summary>
    Changes,

    Failure,
}

/// <summary>How a run's result is sent to the webhooks that the environment names. Their URLs and tokens are secrets and never stand in the file.</summary>
public sealed record NotificationConfig
{
    public NotificationOccasion When { get; init; }

    /// <summary>Limit for one attempt.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a delivery that failed in a way that may pass is tried again.</summary>
    public int Retries { get; init; } = 3;

    internal static ConfigShape<NotificationConfig> Shape { get; } = new ConfigShape<NotificationConfig>(
        "notifications",
        "When and how the job tells webhooks what it did. Where to is a secret and comes from the environment: `PROMOTER_SLACK_URL` (an incoming webhook of Slack), "
        + "`PROMOTER_CLOUDEVENTS_URL` (CloudEvents 1.0, structured JSON) with `PROMOTER_CLOUDEVENTS_TOKEN` as its bearer token. A delivery that fails is logged and changes nothing else.",
        new NotificationConfig())
        .Key(
            "when",
            ConfigTypes.OneOf(("always", NotificationOccasion.Always), ("changes", NotificationOccasion.Changes), ("failure", NotificationOccasion.Failure)),
            n => n.When, (n, v) => n with { When = v }, "`always`; `changes`: when something was brought or the run failed; `failure`: only then.")
        .Key("timeout", ConfigTypes.Duration("100ms", "30s"), n => n.Timeout, (n, v) => n with { Timeout = v }, "Limit for one attempt; all attempts together get 30 seconds.")
        .Key(
            "retries", ConfigTypes.Whole(0, 10), n => n.Retries, (n, v) => n with { Retries = v },
            "How often a delivery that failed in a way that may pass is tried again.");
}
