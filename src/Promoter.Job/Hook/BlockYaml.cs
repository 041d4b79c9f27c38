using System.Text.RegularExpressions;
using Promoter.Yaml;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Promoter.Job.Hook;

/// <summary>Writes values as block YAML, the way people and Kustomize do.</summary>
internal static partial class BlockYaml
{
    /// <summary>The value as lines that end in LF, starting in column 1.</summary>
    /// <param name="indentSequences">Whether the dashes of a list are indented below its key.</param>
    public static string Write(YamlNode node, bool indentSequences = true)
    {
        using var text = new StringWriter { NewLine = "\n" };
        // Never folded: a wrapped image reference would be hard to search for.
        var emitter = new Emitter(text, new EmitterSettings(bestIndent: 2, bestWidth: int.MaxValue, isCanonical: false, maxSimpleKeyLength: 1024, indentSequences: indentSequences));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Emit(emitter, node);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return text.ToString().TrimEnd('\n') + "\n";
    }

    /// <summary>Whether a string without quotes would be read as something else, by a parser of YAML 1.1 or of 1.2.</summary>
    public static bool NeedsQuotes(string text) => text.Length == 0 || Ambiguous().IsMatch(text);

    private static void Emit(Emitter emitter, YamlNode node)
    {
        switch (node)
        {
            case YamlMapping map:
                emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, isImplicit: true, map.Entries.Count == 0 ? MappingStyle.Flow : MappingStyle.Block));
                foreach (var entry in map.Entries)
                {
                    Emit(emitter, new YamlScalar(entry.Name, isPlain: false, entry.Position));
                    Emit(emitter, entry.Value);
                }

                emitter.Emit(new MappingEnd());
                break;
            case YamlSequence list:
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, list.Items.Count == 0 ? SequenceStyle.Flow : SequenceStyle.Block));
                foreach (var item in list.Items) Emit(emitter, item);
                emitter.Emit(new SequenceEnd());
                break;
            case YamlScalar scalar:
                emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, scalar.Text, StyleOf(scalar), isPlainImplicit: true, isQuotedImplicit: true));
                break;
        }
    }

    private static ScalarStyle StyleOf(YamlScalar scalar)
    {
        if (scalar.IsPlain) return ScalarStyle.Plain;
        if (NeedsQuotes(scalar.Text)) return ScalarStyle.DoubleQuoted;
        return scalar.Text.Contains('\n', StringComparison.Ordinal) ? ScalarStyle.Literal : ScalarStyle.Any;
    }

    [GeneratedRegex(@"^(~|null|y|n|yes|no|on|off|true|false|<<|=|[-+]?\.(inf|nan)|[-+.]?[0-9][0-9a-fxobt_:.,+z -]*)$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Ambiguous();
}
