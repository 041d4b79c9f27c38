using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Promoter.Yaml;

namespace Promoter.Promotion.Configuration;

/// <summary>A section inside a section.</summary>
internal sealed class ConfigSection<T>(ConfigShape<T> shape) : ConfigType<T>
    where T : class
{
    public override string Name => shape.Name;

    public override ConfigForm Form => ConfigForm.Map;

    public override IConfigShape Section => shape;

    public override bool TryRead(YamlNode node, ConfigProblems problems, [MaybeNullWhen(false)] out T value) => shape.TryRead(node, problems, out value);

    public override JsonObject Schema() => shape.Schema();

    public override JsonNode? Write(T value) => null;
}
