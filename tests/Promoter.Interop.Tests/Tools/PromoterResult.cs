using System.Text.Json.Nodes;

namespace Promoter.Interop.Tests.Tools;

/// <summary>A finished run of the promoter.</summary>
/// <param name="Program">What it printed and how it ended.</param>
/// <param name="PeakMemoryBytes">Highest resident set of the process; null where it was not measured.</param>
public sealed record PromoterResult(ProgramResult Program, long? PeakMemoryBytes)
{
    public int ExitCode => Program.ExitCode;

    /// <summary>Result and log together: everything that a person sees.</summary>
    public string Printed => Program.Text + Program.Errors;

    /// <summary>Standard output as JSON, for runs with <c>--output json</c>.</summary>
    public JsonNode Json => JsonNode.Parse(Program.Output)!;

    public override string ToString() => Program.ToString();
}
