using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using Promoter.Yaml;

namespace Promoter.Promotion.Configuration;

/// <summary>A JSON document that the configuration names by its path; read and checked with the configuration, before any byte moves.</summary>
/// <param name="Path">Absolute.</param>
/// <param name="Text">The document as it stands in the file.</param>
public sealed record JsonFile(string Path, string Text)
{
    internal static ConfigType<JsonFile> Type { get; } = new PathToJson();

    private sealed class PathToJson : ConfigType<JsonFile>
    {
        public override string Name => "path";

        public override bool TryRead(YamlNode node, ConfigProblems problems, [MaybeNullWhen(false)] out JsonFile value)
        {
            value = null;
            if (!ConfigTypes.Text.TryRead(node, problems, out var written)) return false;
            var path = System.IO.Path.GetFullPath(written, problems.Directory);
            try
            {
                value = new JsonFile(path, File.ReadAllText(path));
                using var document = JsonDocument.Parse(value.Text);
                if (document.RootElement.ValueKind is JsonValueKind.Object) return true;
                problems.Add(node.Position, $"{path} is not a JSON object");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                problems.Add(node.Position, $"cannot read {path}: {e.Message}");
            }
            catch (JsonException e)
            {
                problems.Add(node.Position, $"{path} is not JSON, line {e.LineNumber + 1}, column {e.BytePositionInLine + 1}: {e.Message}");
            }

            return false;
        }

        public override JsonObject Schema() => new() { ["type"] = "string" };

        public override JsonNode? Write(JsonFile value) => JsonValue.Create(value.Path);
    }
}
