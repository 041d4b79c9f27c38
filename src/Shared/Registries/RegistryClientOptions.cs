namespace Promoter.Registries;

/// <summary>How patiently and how hard registries are used; one set for the whole run.</summary>
public sealed record RegistryClientOptions
{
    /// <summary>Further tries of one request, manifest or blob after the first.</summary>
    public int Retries { get; init; } = 5;

    /// <summary>The first pause between tries; doubled each time, with jitter, up to <see cref="MaxRetryDelay"/>.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>No further try starts after this long without progress; also the longest Retry-After that is honoured.</summary>
    public TimeSpan RetryLimit { get; init; } = TimeSpan.FromMinutes(5);

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a registry may take until its response headers come.</summary>
    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A transfer in which no byte moves for this long is cut and retried.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A transfer in which no byte moves for this long is reported, and again whenever as long has passed.</summary>
    public TimeSpan StallWarning { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a registry may take to store a blob after its last byte (object stores assemble parts then).</summary>
    public TimeSpan CommitTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Connections to one host at once.</summary>
    public int MaxConnectionsPerHost { get; init; } = 32;

    /// <summary>Which addresses may be connected to; null: any, for a person or a pipeline decides what is asked for.</summary>
    public AddressPolicy? Addresses { get; init; }

    /// <summary>Blobs larger than this are sent in chunks, so that a break does not cost the whole blob, in bytes.</summary>
    public long ChunkedUploadThreshold { get; init; } = 256L * 1024 * 1024;

    /// <summary>Size of such a chunk, in bytes. ECR wants at least 5 MiB for all but the last.</summary>
    public int ChunkSize { get; init; } = 64 * 1024 * 1024;

    /// <summary>When blobs are read over several connections.</summary>
    public ReadAheadOptions ReadAhead { get; init; } = new();
}
