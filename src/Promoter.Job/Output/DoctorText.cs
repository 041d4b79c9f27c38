using Promoter.Job.Doctor;

namespace Promoter.Job.Output;

/// <summary>The doctor's findings as text: a line each, and below what is wrong the remedy and the policy statement that is missing.</summary>
internal static class DoctorText
{
    public static void Write(IReadOnlyList<DoctorCheck> checks, TextWriter output)
    {
        foreach (var group in checks.GroupBy(c => (c.Side, c.Host)))
        {
            output.WriteLine($"{group.Key.Side.ToString().ToLowerInvariant()} {group.Key.Host}");
            foreach (var check in group) Write(check, output);
        }

        var failed = checks.Count(c => c.Status == DoctorStatus.Fail);
        output.WriteLine(failed == 0
            ? $"a promotion would work: {checks.Count} checks, {checks.Count(c => c.Status == DoctorStatus.Warn)} warnings"
            : $"a promotion would fail: {failed} of {checks.Count} checks failed");
    }

    private static void Write(DoctorCheck check, TextWriter output)
    {
        output.WriteLine($"  {check.Status.ToString().ToLowerInvariant(),-7} {check.Name}: {check.Detail}");
        if (check.Remedy.Length > 0) output.WriteLine($"          {check.Remedy}");
        if (check.MissingStatement is not { } statement) return;
        foreach (var line in statement.Split('\n')) output.WriteLine($"          {line.TrimEnd()}");
    }
}
