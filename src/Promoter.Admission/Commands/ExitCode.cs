namespace Promoter.Admission.Commands;

/// <summary>What the process tells its caller; the same numbers as the job's where both can happen.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Unexpected = 1;
    public const int Usage = 2;
    public const int Denied = 4;
    public const int Unreachable = 6;
}
