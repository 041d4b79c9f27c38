using Promoter.Promotion;
using Promoter.Yaml;

namespace Promoter.Job.Hook;

/// <summary>The answer of a KRM function.</summary>
/// <param name="Text">The ResourceList to print; orchestrators read it after a failure too, for its results.</param>
internal sealed record HookAnswer(string Text, IReadOnlyList<HookMessage> Messages, ExitCode ExitCode);

/// <summary>The hook as a KRM function: a transformer that adds the Job, or a validator that looks whether it is complete.</summary>
internal static class HookFunction
{
    /// <param name="settings">Settings that came with the command; the function's own configuration is laid over them.</param>
    public static HookAnswer Run(ResourceList list, HookSettings settings, HookSelection selection, bool checkOnly)
    {
        List<HookMessage> messages = [.. list.Duplicates()];
        var duplicated = messages.Count > 0;
        messages.AddRange(selection.Messages);
        if (checkOnly) messages.AddRange(HookCheck.Of(list.Objects, selection));
        var code = duplicated ? ExitCode.Usage : selection.ExitCode != ExitCode.Done ? selection.ExitCode : messages.Exists(m => m.Severity == Severity.Error) ? ExitCode.Refused : ExitCode.Done;
        if (checkOnly || code != ExitCode.Done || selection.Images.Count == 0) return new HookAnswer(list.Write(null, null, messages), messages, code);

        var existing = HookJobs.Existing(list.Objects, settings);
        var ns = settings.Namespace ?? existing?.Id.Namespace ?? selection.Namespace;
        YamlMapping job = existing is null ? HookJob.Build(settings, ns, selection.Images) : HookJobs.Updated(existing.Manifest, settings, ns, selection.Images);
        return new HookAnswer(list.Write(existing, job, messages), messages, ExitCode.Done);
    }
}
