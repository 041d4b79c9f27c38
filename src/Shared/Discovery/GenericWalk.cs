using Promoter.Yaml;

namespace Promoter.Discovery;

/// <summary>
/// Finds what looks like containers in kinds that nobody told us of: lists called <c>containers</c> and the like whose items have an <c>image</c>, and
/// volumes with an image. Operators nearly always embed Kubernetes' own types, so this finds most of them.
/// </summary>
internal static class GenericWalk
{
    public static void Visit(ManifestObject item, Action<YamlNode, JsonPath> found)
    {
        foreach (var entry in item.Root.Entries)
        {
            // Status is what was, metadata names nothing.
            if (entry.Name is not ("status" or "metadata")) Visit(entry, item.Path.Key(entry.Name), found);
        }
    }

    private static void Visit(YamlEntry entry, JsonPath path, Action<YamlNode, JsonPath> found)
    {
        switch (entry.Value)
        {
            case YamlMapping mapping:
                Visit(mapping, path, found);
                break;
            case YamlSequence sequence:
                for (var i = 0; i < sequence.Items.Count; i++) Visit(entry.Name, sequence.Items[i], path.Index(i), found);
                break;
        }
    }

    private static void Visit(string list, YamlNode item, JsonPath path, Action<YamlNode, JsonPath> found)
    {
        if (item is YamlSequence inner)
        {
            for (var i = 0; i < inner.Items.Count; i++) Visit(list, inner.Items[i], path.Index(i), found);
        }

        if (item is not YamlMapping mapping) return;
        if (list is "containers" or "initContainers" or "ephemeralContainers" or "sidecars" or "steps" && mapping["image"] is YamlScalar image)
        {
            found(image, path.Key("image"));
        }

        if (list is "volumes" && mapping.MapOf("image")?["reference"] is YamlScalar reference) found(reference, path.Key("image").Key("reference"));
        Visit(mapping, path, found);
    }

    private static void Visit(YamlMapping mapping, JsonPath path, Action<YamlNode, JsonPath> found)
    {
        foreach (var entry in mapping.Entries)
        {
            if (entry.Value is not YamlScalar) Visit(entry, path.Key(entry.Name), found);
        }
    }
}
