using System.Text.Encodings.Web;
using System.Text.Json;

namespace Promoter.Job.Output;

/// <summary>JSON as people and scripts read it: names in camel case, quotes and slashes unescaped.</summary>
internal static class JsonText
{
    // The output goes to terminals and jq, not into HTML.
    public static OutputJson Context { get; } = new(new JsonSerializerOptions(OutputJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public static string Camel(Enum value) => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}
