using Promoter.Discovery;
using Promoter.Yaml;

namespace Promoter.Job.Hook;

/// <summary>
/// Brings a hook Job that stands in a text up to date. A Job that this command wrote follows its settings; in one that a chart, a component or a person wrote only the
/// images are replaced. What others added survives either way.
/// </summary>
internal static class HookUpdate
{
    /// <summary>Whether this command wrote the Job, so that it may rewrite it.</summary>
    public static bool IsGenerated(YamlMapping job) => job.MapOf("metadata")?.MapOf("annotations")?.TextOf(HookJob.GeneratedBy) is not null;

    /// <summary>A Job of this command with all that is wanted; the same instance where nothing has to change.</summary>
    public static YamlMapping Of(YamlMapping job, YamlMapping wanted) => Changed(job, (YamlMapping)YamlTree.Merge(WithoutLeftovers(job, wanted), wanted));

    /// <summary>Another's Job with these images; the same instance where nothing has to change.</summary>
    public static YamlMapping Of(YamlMapping job, IReadOnlyList<string> images) => Changed(job, HookImages.Replace(job, images));

    /// <summary>Writes the change into the text, as small as it can be: the list of arguments or variables where nothing else differs, else the whole object.</summary>
    /// <param name="isItem">The Job is an item of a list, else a document of its own.</param>
    public static void Write(TextLines text, YamlMapping job, YamlMapping updated, bool isItem)
    {
        var container = PromotionHook.Container(job)!;
        foreach (var key in (string[])["args", "env"])
        {
            if (PromotionHook.Container(updated)?[key] is not { } value || container[key] is null) continue;
            if (!YamlTree.Same(HookImages.WithContainer(job, c => c.With(key, value)), updated)) continue;
            WriteEntry(text, container.Entries.First(e => e.Name == key), value);
            return;
        }

        if (isItem) WriteItem(text, text.ItemAt(job.Position), job.Position, updated);
        else text.Replace(text.DocumentAt(job.Position.Line - 1), BlockYaml.Write(updated));
    }

    /// <summary>Writes an object as the item of a list whose content starts at that place.</summary>
    public static void WriteItem(TextLines text, LineSpan span, Position first, YamlMapping item) =>
        text.Replace(span, Indented(BlockYaml.Write(item, indentSequences: false), text.Before(first), first.Column - 1));

    /// <summary>Lines of which the first has a lead in front (the dash of an item), and the others as much space.</summary>
    public static string Indented(string block, string lead, int indent) =>
        lead + string.Join('\n', block.TrimEnd('\n').Split('\n').Select((line, i) => i == 0 || line.Length == 0 ? line : new string(' ', indent) + line)) + "\n";

    /// <summary>Writes another value for an entry of a map in block style.</summary>
    public static void WriteEntry(TextLines text, YamlEntry entry, YamlNode value)
    {
        var indent = entry.Position.Column - 1;
        var indented = text.IsFlow(entry.Value.Position) || entry.Value.Position.Column > entry.Position.Column;
        var block = BlockYaml.Write(YamlTree.Map((entry.Name, value)), indented);
        text.Replace(text.EntryAt(entry.Position), Indented(block, text.Before(entry.Position), indent));
    }

    private static YamlMapping Changed(YamlMapping job, YamlMapping updated) => YamlTree.Same(job, updated) ? job : updated;

    /// <summary>The Job without what an earlier setting put there and the present one does not want: shards, an embedded configuration.</summary>
    private static YamlMapping WithoutLeftovers(YamlMapping job, YamlMapping wanted)
    {
        if (job.MapOf("spec") is not { } spec || wanted.MapOf("spec") is not { } wantedSpec) return job;
        string[] sharding = ["completionMode", "completions", "parallelism"];
        var kept = new YamlMapping([.. spec.Entries.Where(e => !sharding.Contains(e.Name) || wantedSpec[e.Name] is not null)], spec.Position);
        return job.With("spec", HasConfig(wantedSpec) ? kept : (YamlMapping)WithoutConfig(kept));
    }

    private static bool HasConfig(YamlMapping spec) => spec.MapOf("template")?.MapOf("metadata")?.MapOf("annotations")?[HookJob.ConfigAnnotation] is not null;

    private static YamlNode WithoutConfig(YamlNode node) => node switch
    {
        YamlMapping map => new YamlMapping([.. map.Entries.Where(e => e.Name != HookJob.ConfigAnnotation).Select(e => e with { Value = WithoutConfig(e.Value) })], map.Position),
        YamlSequence list => new YamlSequence([.. list.Items.Where(i => (i as YamlMapping)?.TextOf("name") != "config").Select(WithoutConfig)], list.Position),
        _ => node,
    };
}
