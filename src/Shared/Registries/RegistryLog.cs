using Microsoft.Extensions.Logging;

namespace Promoter.Registries;

/// <summary>Events 1000–1099: the registry protocol. Paths are logged without their query: it may carry a signature.</summary>
internal static partial class RegistryLog
{
    [LoggerMessage(1000, LogLevel.Debug, "{Method} {Host}{Path} answered {Status}")]
    public static partial void Answered(ILogger logger, string method, string host, string path, int status);

    [LoggerMessage(1001, LogLevel.Warning, "{Operation} at {Host} failed, retry {Attempt} of {Retries} follows in {DelaySeconds} s: {Reason}")]
    public static partial void Retrying(ILogger logger, string operation, string host, int attempt, int retries, double delaySeconds, string reason);

    [LoggerMessage(1002, LogLevel.Debug, "{Host} answered {Status} to {Operation}: the credential is obtained or renewed")]
    public static partial void CredentialRefused(ILogger logger, string host, int status, string operation);

    [LoggerMessage(1003, LogLevel.Warning, "Reading {Digest} from {Host} broke at byte {Offset} of {Size} and was resumed there: {Reason}")]
    public static partial void DownloadResumed(ILogger logger, string digest, string host, long offset, long size, string reason);

    [LoggerMessage(1004, LogLevel.Warning, "Chunk at byte {Offset} of {Digest} was not accepted by {Host}; the upload goes on at byte {Next}")]
    public static partial void UploadResumed(ILogger logger, long offset, string digest, string host, long next);

    [LoggerMessage(1005, LogLevel.Debug, "Blob {Digest} was found at {Host} although the answer to its upload was lost")]
    public static partial void FoundAfterLostAnswer(ILogger logger, string digest, string host);

    [LoggerMessage(1006, LogLevel.Debug, "Credential for {Host} comes from {Origin}")]
    public static partial void CredentialFound(ILogger logger, string host, string origin);

    [LoggerMessage(1007, LogLevel.Debug, "{Digest} from {Host} is read over several connections from byte {Offset} of {Size} on: its upload waits for one that gives {MebibytesPerSecond} MiB/s")]
    public static partial void ReadInRanges(ILogger logger, string digest, string host, long offset, long size, double mebibytesPerSecond);

    [LoggerMessage(1008, LogLevel.Debug, "{Host} does not serve ranges: {Digest} is read over one connection")]
    public static partial void RangesNotServed(ILogger logger, string host, string digest);
}
