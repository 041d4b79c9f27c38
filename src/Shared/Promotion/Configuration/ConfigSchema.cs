using System.Text.Encodings.Web;
using System.Text.Json;

namespace Promoter.Promotion.Configuration;

/// <summary>The JSON Schema of the configuration file, for editors and <c>values.schema.json</c>.</summary>
public static class ConfigSchema
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Draft 7, which is what editors' YAML support and Helm understand; ends with a line feed.</summary>
    public static string Generate() => Generate(PromotionConfig.Shape, PromotionConfig.Kind);

    /// <summary>The schema of one section, which another program reads.</summary>
    public static string Generate(IConfigShape shape, string title)
    {
        var schema = shape.Schema();
        schema.Insert(0, "$schema", "http://json-schema.org/draft-07/schema#");
        schema.Insert(1, "title", title);
        schema.Insert(2, "description", shape.Description);
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Indented)) schema.WriteTo(writer);
        return System.Text.Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }
}
