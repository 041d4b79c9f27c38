using System.Text.Encodings.Web;
using System.Text.Json;

namespace Promoter.Promotion.Configuration;

/// <summary>The JSON Schema of the configuration file, for editors and <c>values.schema.json</c>.</summary>
public static class ConfigSchema
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Draft 7, which is what editors' YAML support and Helm understand; ends with a line feed.</summary>
    public static string Generate()
    {
        var schema = PromotionConfig.Shape.Schema();
        schema.Insert(0, "$schema", "http://json-schema.org/draft-07/schema#");
        schema.Insert(1, "title", PromotionConfig.Kind);
        schema.Insert(2, "description", PromotionConfig.Shape.Description);
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Indented)) schema.WriteTo(writer);
        return System.Text.Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }
}
