namespace Promoter.Job.Output;

/// <summary>How the result is written to stdout.</summary>
internal enum OutputFormat
{
    Text,
    Json,
}
