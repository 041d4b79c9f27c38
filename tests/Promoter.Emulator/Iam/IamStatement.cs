using Promoter.Emulator.Registry;

namespace Promoter.Emulator.Iam;

/// <summary>One statement of an identity policy.</summary>
/// <param name="Actions">Wildcards such as <c>ecr:*</c> or <c>ecr:PutImage</c>.</param>
/// <param name="Resources">Wildcards of ARNs; <c>*</c> is any.</param>
public sealed record IamStatement(bool IsAllow, IReadOnlyList<string> Actions, IReadOnlyList<string> Resources)
{
    /// <summary>Everything, everywhere.</summary>
    public static IamStatement AllowAll { get; } = Allow(["*"]);

    public static IamStatement Allow(IReadOnlyList<string> actions, params string[] resources) => new(true, actions, resources.Length == 0 ? ["*"] : resources);

    public static IamStatement Deny(IReadOnlyList<string> actions, params string[] resources) => new(false, actions, resources.Length == 0 ? ["*"] : resources);

    internal bool Covers(string action, string resource) =>
        Actions.Any(a => Wildcard.Matches(a.ToLowerInvariant(), action.ToLowerInvariant())) && Resources.Any(r => Wildcard.Matches(r, resource));
}
