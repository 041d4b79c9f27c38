using Promoter.Promotion;
using Promoter.Yaml;
using static Promoter.Job.Hook.YamlTree;

namespace Promoter.Job.Hook;

/// <summary>
/// The envelope of a KRM function (<c>config.kubernetes.io/v1</c>): objects in, objects and results out. In block style, which is what Kustomize and kpt write,
/// every line that has nothing to do with the Job stays as it was; in JSON the whole envelope is written anew.
/// </summary>
internal sealed class ResourceList
{
    private const string Kind = "ResourceList";

    private readonly string _text;
    private readonly YamlMapping _envelope;

    private ResourceList(string text, YamlMapping envelope)
    {
        _text = text;
        _envelope = envelope;
    }

    /// <summary>The function's configuration; null where the orchestrator sent none.</summary>
    public YamlMapping? FunctionConfig => _envelope.MapOf("functionConfig");

    public IReadOnlyList<ManifestEntry> Objects { get; private init; } = [];

    private YamlSequence? Items => _envelope["items"] as YamlSequence;

    /// <summary>The envelope, or null where the documents are plain manifests.</summary>
    /// <exception cref="PromotionException">Something stands beside the envelope.</exception>
    public static ResourceList? Of(string text, IEnumerable<YamlNode> documents)
    {
        var roots = documents.OfType<YamlMapping>().ToList();
        if (roots.Find(r => r.TextOf("kind") == Kind && r.TextOf("apiVersion")?.StartsWith("config.kubernetes.io/", StringComparison.Ordinal) == true) is not { } envelope) return null;
        if (roots.Count > 1) throw new PromotionException(ExitCode.Usage, "there are other documents beside the ResourceList: a function's input is one document");
        var items = envelope["items"] as YamlSequence;
        return new ResourceList(text, envelope) { Objects = [.. (items?.Items ?? []).OfType<YamlMapping>().Select(i => new ManifestEntry(i, items))] };
    }

    /// <summary>Objects that share an identity: an orchestrator could not tell which one the output means.</summary>
    public IEnumerable<HookMessage> Duplicates() =>
        from o in Objects
        group o by (GroupOf(o.Id.ApiVersion), o.Id.Kind, o.Id.Namespace, o.Id.Name) into same
        where same.Key.Name.Length > 0 && same.Count() > 1
        select new HookMessage(Severity.Error, $"{same.Count()} objects have this identity: an orchestrator cannot match the output to them", same.First().Id);

    /// <summary>The envelope with the Job added or brought up to date, and with results.</summary>
    /// <param name="existing">The item to replace; null to add one.</param>
    /// <param name="job">The Job as it has to be; null where there is none to write.</param>
    public string Write(ManifestEntry? existing, YamlMapping? job, IReadOnlyList<HookMessage> messages)
    {
        if (HasToBeWrittenAnew()) return WriteAnew(existing, job, messages);
        var lines = new TextLines(_text);
        var results = messages.Count == 0 ? "" : BlockYaml.Write(Map(("results", Results(messages))), indentSequences: false);
        if (job is not null && !ReferenceEquals(job, existing?.Manifest)) WriteJob(lines, existing, job);
        if (results.Length > 0) lines.Replace(lines.EndOfContent(), results);
        return lines.ToString();
    }

    private void WriteJob(TextLines lines, ManifestEntry? existing, YamlMapping job)
    {
        if (existing is not null)
        {
            HookUpdate.Write(lines, existing.Manifest, job, isItem: true);
            return;
        }

        if (Items is not { Items.Count: > 0 } items)
        {
            if (_envelope["items"] is not null) lines.Replace(lines.EntryAt(Entry("items").Position), "");
            lines.Replace(lines.EndOfContent(), BlockYaml.Write(Map(("items", List(job))), indentSequences: false));
            return;
        }

        var last = items.Items[^1].Position;
        var end = lines.ItemAt(last).End;
        HookUpdate.WriteItem(lines, new LineSpan(end, end), last, job);
    }

    private string WriteAnew(ManifestEntry? existing, YamlMapping? job, IReadOnlyList<HookMessage> messages)
    {
        var envelope = new YamlMapping([.. _envelope.Entries.Where(e => e.Name != "results")], _envelope.Position);
        if (job is not null)
        {
            IEnumerable<YamlNode> items = Items?.Items ?? [];
            envelope = envelope.With("items", List(existing is null ? items.Append(job) : items.Select(i => ReferenceEquals(i, existing.Manifest) ? job : i)));
        }

        return BlockYaml.Write(messages.Count == 0 ? envelope : envelope.With("results", Results(messages)), indentSequences: false);
    }

    /// <summary>Whether the envelope is written in JSON, or has results already, which no orchestrator sends.</summary>
    private bool HasToBeWrittenAnew()
    {
        var lines = new TextLines(_text);
        return _envelope["results"] is not null
            || lines.IsFlow(_envelope.Position)
            || (Items is { Items.Count: > 0 } items && lines.IsFlow(items.Position))
            || Objects.Any(o => lines.IsFlow(o.Manifest.Position));
    }

    private YamlEntry Entry(string name) => _envelope.Entries.First(e => e.Name == name);

    private static YamlSequence Results(IEnumerable<HookMessage> messages) => List(messages.Select(m => Map(
        ("message", Text(m.Text)),
        ("severity", Text(m.Severity.ToString().ToLowerInvariant())),
        ("resourceRef", m.Object is not { } id ? null : Map(
            ("apiVersion", Text(id.ApiVersion)), ("kind", Text(id.Kind)), ("name", Text(id.Name)), ("namespace", id.Namespace is null ? null : Text(id.Namespace)))),
        ("field", m.Path is null ? null : Map(("path", Text(m.Path)), ("currentValue", m.Value is null ? null : Text(m.Value)))))));

    private static string GroupOf(string apiVersion) => apiVersion.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash ? apiVersion[..slash] : "";
}
