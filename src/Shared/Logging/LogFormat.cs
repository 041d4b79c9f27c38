namespace Promoter.Logging;

/// <summary>How log lines are written.</summary>
public enum LogFormat
{
    /// <summary>For a person who reads along.</summary>
    Text,

    /// <summary>One compact object per line, for log shippers.</summary>
    Json,
}
