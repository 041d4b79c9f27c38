namespace Promoter.Yaml;

/// <summary>One key of a map and its value.</summary>
public readonly record struct YamlEntry(string Name, YamlNode Value, Position Position);
