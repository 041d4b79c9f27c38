namespace Promoter.Yaml;

/// <summary>One document of a stream.</summary>
/// <param name="Index">Its number in the stream, from 0; empty documents are counted too.</param>
/// <param name="Root">Its value, or null where the document is empty.</param>
/// <param name="Problems">What is readable but wrong: duplicate keys, keys that are no text, merge keys without a map.</param>
public sealed record YamlDocument(int Index, YamlNode? Root, IReadOnlyList<YamlProblem> Problems);
