namespace Promoter.Job.Hook;

/// <summary>The severities of a KRM function's result.</summary>
internal enum Severity
{
    Info,
    Warning,
    Error,
}

/// <summary>Something that a person should know about the manifests.</summary>
/// <param name="Object">The object concerned; null where it is the build as a whole.</param>
/// <param name="Path">The field concerned.</param>
/// <param name="Value">What stands there.</param>
internal sealed record HookMessage(Severity Severity, string Text, ManifestId? Object = null, string? Path = null, string? Value = null)
{
    public override string ToString() => Object is null ? Text : $"{Object}: {Text}";
}
