using Microsoft.Extensions.Logging;

namespace Promoter.Aws;

/// <summary>Events 1200 to 1299.</summary>
internal static partial class Log
{
    [LoggerMessage(1200, LogLevel.Debug, "Obtained a registry token for {Identity}, valid until {ExpiresAt:u}")]
    public static partial void TokenObtained(ILogger logger, string identity, DateTimeOffset expiresAt);

    [LoggerMessage(1201, LogLevel.Warning, "Could not renew the registry token of {Identity}; the present one is used until it expires at {ExpiresAt:u}: {Reason}")]
    public static partial void TokenNotRenewed(ILogger logger, string identity, DateTimeOffset expiresAt, string reason);

    [LoggerMessage(1202, LogLevel.Warning, "Did without {Action}, single requests serve instead: {Reason}")]
    public static partial void ActionMissing(ILogger logger, string action, string reason);

    [LoggerMessage(1203, LogLevel.Information, "Created repository {Repository} in {Registry}")]
    public static partial void RepositoryCreated(ILogger logger, string repository, string registry);
}
