using System.Text.Json;

namespace Promoter.Registries.Layouts;

/// <summary>The file <c>oci-layout</c>: <c>{"imageLayoutVersion":"1.0.0"}</c> (image-spec, image-layout.md).</summary>
internal static class LayoutVersion
{
    public static bool IsKnown(byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("imageLayoutVersion", out var version)
                && version.ValueKind == JsonValueKind.String
                && version.GetString()!.StartsWith("1.", StringComparison.Ordinal);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
