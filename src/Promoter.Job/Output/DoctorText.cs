using Promoter.Job.Doctor;

namespace Promoter.Job.Output;

/// <summary>The doctor's findings as a table per side and registry, and below what is wrong the remedy and the policy statement that is missing.</summary>
internal static class DoctorText
{
    // Beyond this a long repository name pushes its own row to the right, not every row.
    private const int WidestName = 56;
    private const string Indent = "          ";

    public static void Write(IReadOnlyList<DoctorCheck> checks, TextWriter output)
    {
        foreach (var group in checks.GroupBy(c => (c.Side, c.Host)))
        {
            var width = Math.Min(WidestName, group.Max(c => c.Name.Length));
            output.WriteLine($"{group.Key.Side.ToString().ToLowerInvariant()} {group.Key.Host}");
            foreach (var check in group) Write(check, width, output);
        }

        var failed = checks.Count(c => c.Status == DoctorStatus.Fail);
        output.WriteLine(failed == 0
            ? $"a promotion would work: {Count.Of(checks.Count, "check")}, {Count.Of(checks.Count(c => c.Status == DoctorStatus.Warn), "warning")}"
            : $"a promotion would fail: {failed} of {Count.Of(checks.Count, "check")} failed");
    }

    private static void Write(DoctorCheck check, int width, TextWriter output)
    {
        output.WriteLine($"  {check.Status.ToString().ToLowerInvariant(),-7} {check.Name.PadRight(width)}  {check.Detail}");
        if (check.Remedy.Length > 0) output.WriteLine($"{Indent}to do: {check.Remedy}");
        if (check.MissingStatement is { } statement) output.WriteLine($"{Indent}missing on the {check.Side.ToString().ToLowerInvariant()} side: {statement}");
    }
}
