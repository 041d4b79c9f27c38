using System.Text.Json;
using Promoter.Registries;

namespace Promoter.Promotion.Configuration;

/// <summary>How content is copied.</summary>
public sealed record TransferConfig
{
    private static readonly RegistryClientOptions Defaults = new();

    /// <summary>Blobs in flight at once, over all images of the run.</summary>
    public int Parallelism { get; init; } = 8;

    /// <summary>How often a request or transfer is tried again after it failed in a way that may pass.</summary>
    public int Retries { get; init; } = Defaults.Retries;

    /// <summary>A transfer that moves no byte for so long is cut and tried again.</summary>
    public TimeSpan IdleTimeout { get; init; } = Defaults.IdleTimeout;

    /// <summary>A transfer that moves no byte for so long is named in the log.</summary>
    public TimeSpan StallWarning { get; init; } = Defaults.StallWarning;

    /// <summary>A run of the job as a whole, after which it is interrupted; null: no limit.</summary>
    public TimeSpan? TotalTimeout { get; init; }

    /// <summary>Requests per second by kind of request, in place of what the platform's quotas suggest.</summary>
    public IReadOnlyDictionary<RegistryAction, double> RateLimits { get; init; } = new Dictionary<RegistryAction, double>();

    /// <summary>Blobs larger than this many bytes are uploaded in chunks, so that a broken upload goes on where it stood.</summary>
    public long ChunkedUploadThreshold { get; init; } = Defaults.ChunkedUploadThreshold;

    /// <summary>What of this the registry client follows.</summary>
    public RegistryClientOptions ClientOptions => Defaults with
    {
        Retries = Retries,
        IdleTimeout = IdleTimeout,
        StallWarning = StallWarning,
        ChunkedUploadThreshold = ChunkedUploadThreshold,

        // Every transfer may hold a connection, and metadata must find one free all the same.
        MaxConnectionsPerHost = Math.Max(Defaults.MaxConnectionsPerHost, 2 * Parallelism),
    };

    internal static ConfigShape<TransferConfig> Shape { get; } = new ConfigShape<TransferConfig>("transfer", "How content is copied.", new TransferConfig())
        .Key(
            "parallelism", ConfigTypes.Whole(1, 256), t => t.Parallelism, (t, v) => t with { Parallelism = v },
            "Blobs in flight at once, over all images of the run.")
        .Key(
            "retries", ConfigTypes.Whole(0, 20), t => t.Retries, (t, v) => t with { Retries = v },
            "How often a request or transfer is tried again after it failed in a way that may pass.")
        .Key(
            "idleTimeout", ConfigTypes.Duration("100ms", "1h"), t => t.IdleTimeout, (t, v) => t with { IdleTimeout = v },
            "A transfer that moves no byte for so long is cut and tried again.")
        .Key(
            "stallWarning", ConfigTypes.Duration("100ms", "1h"), t => t.StallWarning, (t, v) => t with { StallWarning = v },
            "A transfer that moves no byte for so long is named in the log, with its places and bytes, and again whenever as long has passed.")
        .Key(
            "totalTimeout", ConfigTypes.Duration("100ms", "7d"), t => t.TotalTimeout ?? default, (t, v) => t with { TotalTimeout = v },
            "Limit for a whole run of the job, which then ends as if it was interrupted (exit code 7); left out, there is none.")
        .Key(
            "rateLimits", ConfigTypes.MapOf(ConfigTypes.OneOf(Actions), ConfigTypes.Rate), t => t.RateLimits, (t, v) => t with { RateLimits = v },
            $"Requests per second by kind of request ({string.Join(", ", Actions.Select(a => $"`{a.Word}`"))}); "
            + "left out, 80 % of ECR's default quotas on ECR and no limit elsewhere.")
        .Key(
            "chunkedUploadThreshold", ConfigTypes.Size, t => t.ChunkedUploadThreshold, (t, v) => t with { ChunkedUploadThreshold = v },
            "Blobs larger than this are uploaded in chunks, so that a broken upload goes on where it stood.")
        .Check(t => t.TotalTimeout < t.IdleTimeout
            ? $"totalTimeout ({ConfigUnits.Print(t.TotalTimeout.Value)}) is below idleTimeout ({ConfigUnits.Print(t.IdleTimeout)}), which then never strikes"
            : null);

    private static (string Word, RegistryAction Value)[] Actions =>
        [.. Enum.GetValues<RegistryAction>().Select(action => (JsonNamingPolicy.CamelCase.ConvertName(action.ToString()), action))];
}
