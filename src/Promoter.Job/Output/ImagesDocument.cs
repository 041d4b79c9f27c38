using Promoter.Discovery;

namespace Promoter.Job.Output;

/// <summary>The JSON of <c>images --output json</c>.</summary>
internal sealed record ImagesDocument(string Kind, IReadOnlyList<FoundImageDocument> Images, IReadOnlyList<SkippedFieldDocument> Skipped)
{
    public static ImagesDocument Of(DiscoveryResult found) => new(
        "Images",
        [.. found.Findings.GroupBy(f => f.Reference).Select(g => new FoundImageDocument(g.Key.ToString(), [.. g.Select(f => LocationDocument.Of(f.Location))]))],
        [.. found.Skipped.Select(s => new SkippedFieldDocument(s.Text, s.Reason, LocationDocument.Of(s.Location)))]);
}

internal sealed record FoundImageDocument(string Reference, IReadOnlyList<LocationDocument> Locations);

internal sealed record SkippedFieldDocument(string Text, string Reason, LocationDocument Location);

internal sealed record LocationDocument(string File, int Document, int Line, int Column, string ApiVersion, string Kind, string Namespace, string Name, string JsonPath, string? Template)
{
    public static LocationDocument Of(FindingLocation location) => new(
        location.File, location.DocumentIndex, location.Line, location.Column, location.ApiVersion, location.Kind, location.Namespace, location.Name, location.JsonPath, location.Template);
}
