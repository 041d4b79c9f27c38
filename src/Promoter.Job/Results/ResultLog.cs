using Microsoft.Extensions.Logging;

namespace Promoter.Job.Results;

/// <summary>What became of telling a result.</summary>
internal static partial class ResultLog
{
    [LoggerMessage(3100, LogLevel.Debug, "The result was told: {Receiver}")]
    public static partial void Delivered(ILogger logger, string receiver);

    [LoggerMessage(3101, LogLevel.Information, "The result was not told to {Receiver}, which the service account may not write: {Reason}")]
    public static partial void NotPermitted(ILogger logger, string receiver, string reason);

    [LoggerMessage(3102, LogLevel.Warning, "The result was not told to {Receiver}: {Reason}")]
    public static partial void NotDelivered(ILogger logger, string receiver, string reason);

    [LoggerMessage(3103, LogLevel.Information, "No Event is written: the pod has no service account token (automountServiceAccountToken)")]
    public static partial void NoCluster(ILogger logger);

    [LoggerMessage(3104, LogLevel.Warning, "Nobody is notified: the value of {Variable} is not an http or https URL")]
    public static partial void NoUrl(ILogger logger, string variable);
}
