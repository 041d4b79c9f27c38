using Promoter.Yaml;

namespace Promoter.Discovery;

/// <summary>One document of a stream of manifests.</summary>
/// <param name="File">The file, or what stands for it: <c>-</c>, <c>kustomize build DIR</c>.</param>
/// <param name="Index">Its number in the stream, from 0; empty documents are counted too.</param>
/// <param name="Template">The template it was rendered from, where Helm says so in a <c># Source:</c> comment; else null.</param>
public sealed record ManifestDocument(string File, int Index, YamlNode Root, string? Template = null);
