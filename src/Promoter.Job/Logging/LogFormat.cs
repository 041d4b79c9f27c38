namespace Promoter.Job.Logging;

/// <summary>How log lines are written to stderr.</summary>
internal enum LogFormat
{
    Text,
    Json,
}
