namespace Promoter.Admission.Logging;

/// <summary>How log lines are written to stdout.</summary>
internal enum LogFormat
{
    Text,
    Json,
}
