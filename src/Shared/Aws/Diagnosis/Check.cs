using Promoter.Registries;

namespace Promoter.Aws.Diagnosis;

/// <summary>How a check ended.</summary>
public enum CheckStatus
{
    Ok,

    /// <summary>Promotions work, but slower or with poorer messages.</summary>
    Warn,

    /// <summary>A promotion would fail.</summary>
    Fail,

    /// <summary>Could not be found out; the detail says why.</summary>
    Skipped,
}

/// <summary>One line of <c>promoter doctor</c>.</summary>
/// <param name="Name">What was checked: <c>identity</c>, <c>token</c>, an IAM action, <c>settings of shop/api</c>…</param>
public sealed record Check(string Name, Side Side, string Host, CheckStatus Status, string Detail)
{
    /// <summary>What kind of failure a promotion would end with; only of use where <see cref="Status"/> is <see cref="CheckStatus.Fail"/>.</summary>
    public RegistryFault Fault { get; init; } = RegistryFault.Denied;

    /// <summary>What to do; empty where there is nothing.</summary>
    public string Remedy { get; init; } = "";

    /// <summary>The policy statement that is missing, as JSON; null where none is.</summary>
    public string? MissingStatement { get; init; }
}

/// <summary>A registry of a rule, with repositories (existing or to be) that the rule covers.</summary>
public sealed record DiagnosisSubject(string Host, Side Side, IReadOnlyList<string> Repositories)
{
    /// <summary>Names that stand for the globs of a rule that names no repository: permissions are asked for them, but they need not exist.</summary>
    public IReadOnlyList<string> Examples { get; init; } = [];

    /// <summary>New target repositories are modelled on this source's, so that it must let its settings be read.</summary>
    public bool IsSettingsModel { get; init; }
}
