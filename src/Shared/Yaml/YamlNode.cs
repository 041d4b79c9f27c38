namespace Promoter.Yaml;

/// <summary>A value of a YAML or JSON document, with its place in the text. Anchors and merge keys are already resolved.</summary>
public abstract class YamlNode(Position position)
{
    public Position Position { get; } = position;

    /// <summary>What a message calls this kind of value: <c>a text</c>, <c>a list</c>, <c>a map</c>.</summary>
    public abstract string Noun { get; }

    /// <summary>The value itself where a message can show it, else its noun.</summary>
    public virtual string Shown => Noun;

    /// <summary>Number of nodes below and including this one, each alias counted as what it stands for.</summary>
    internal long Size { get; set; } = 1;
}
