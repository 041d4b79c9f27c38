using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Promoter.Yaml;

namespace Promoter.Promotion.Configuration;

/// <summary>A section that is kept as written, with what is needed to report problems in it by file, line and column.</summary>
/// <param name="Node">The section's value.</param>
/// <param name="File">The file it stands in.</param>
/// <param name="Directory">What relative paths in it start from.</param>
public sealed record ConfigNode(YamlNode Node, string File, string Directory)
{
    /// <summary>The type of a key whose value another reader takes.</summary>
    public static ConfigType<ConfigNode> Type { get; } = new AnySection();

    /// <summary>Reads the section, and the variables <c>PREFIX_KEY</c> over it.</summary>
    /// <exception cref="ConfigException">Everything that is wrong with it.</exception>
    public TSection Read<TSection>(ConfigShape<TSection> shape, string prefix, ConfigEnvironment environment)
        where TSection : class
    {
        var problems = new ConfigProblems(File, Directory);
        if (shape.TryRead(Node, problems, out var section)) section = shape.Override(section, environment, prefix, problems);
        problems.ThrowIfAny();
        return section!;
    }

    private sealed class AnySection : ConfigType<ConfigNode>
    {
        public override string Name => "section";

        public override ConfigForm Form => ConfigForm.Map;

        public override bool TryRead(YamlNode node, ConfigProblems problems, [MaybeNullWhen(false)] out ConfigNode value)
        {
            value = new ConfigNode(node, problems.Origin, problems.Directory);
            if (node is YamlMapping) return true;
            problems.Add(node.Position, $"must be a map, found {node.Noun}");
            return false;
        }

        public override JsonObject Schema() => new() { ["type"] = "object" };

        public override JsonNode? Write(ConfigNode value) => null;
    }
}
