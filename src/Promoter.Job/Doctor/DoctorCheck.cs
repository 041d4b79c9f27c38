using Promoter.Promotion;
using Promoter.Registries;

namespace Promoter.Job.Doctor;

/// <summary>How one thing that the doctor looked at is.</summary>
internal enum DoctorStatus
{
    Ok,

    /// <summary>Promotions work, but slower or with poorer messages.</summary>
    Warn,

    /// <summary>A promotion would fail.</summary>
    Fail,

    /// <summary>Could not be found out.</summary>
    Skipped,
}

/// <summary>One line of <c>promoter doctor</c>.</summary>
internal sealed record DoctorCheck(Side Side, string Host, string Name, DoctorStatus Status, string Detail)
{
    public string Remedy { get; init; } = "";

    /// <summary>The policy statement that is missing, as JSON; null where none is.</summary>
    public string? MissingStatement { get; init; }

    /// <summary>The exit code that a promotion would have for this failure.</summary>
    public ExitCode ExitCode { get; init; }
}
