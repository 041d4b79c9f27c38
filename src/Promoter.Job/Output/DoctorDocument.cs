using System.Text.Json;
using Promoter.Job.Doctor;

namespace Promoter.Job.Output;

/// <summary>The JSON of <c>doctor --output json</c>.</summary>
internal sealed record DoctorDocument(string Kind, bool WouldWork, IReadOnlyList<DoctorCheckDocument> Checks)
{
    public static DoctorDocument Of(IReadOnlyList<DoctorCheck> checks) => new("Doctor", checks.All(c => c.Status != DoctorStatus.Fail), [.. checks.Select(DoctorCheckDocument.Of)]);
}

internal sealed record DoctorCheckDocument(string Side, string Host, string Name, string Status, string Detail, string? Remedy, JsonElement? MissingStatement)
{
    public static DoctorCheckDocument Of(DoctorCheck check) => new(
        JsonText.Camel(check.Side),
        check.Host,
        check.Name,
        JsonText.Camel(check.Status),
        check.Detail,
        check.Remedy.Length > 0 ? check.Remedy : null,
        check.MissingStatement is { } s ? JsonElement.Parse(s) : null);
}
