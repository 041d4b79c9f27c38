namespace Promoter.Emulator.Iam;

/// <summary>Who may assume a role.</summary>
public sealed record RoleTrust
{
    /// <summary>ARNs of users and roles, or <c>arn:aws:iam::ACCOUNT:root</c> for whoever that account allows.</summary>
    public IReadOnlyList<string> Principals { get; init; } = [];

    /// <summary>The external id that AssumeRole must carry; null: none is asked for.</summary>
    public string? ExternalId { get; init; }

    /// <summary>The subject of web identity tokens, such as <c>system:serviceaccount:shop:promoter</c>; wildcards are allowed.</summary>
    public string? WebIdentitySubject { get; init; }

    public string WebIdentityAudience { get; init; } = "sts.amazonaws.com";

    /// <summary><c>pods.eks.amazonaws.com</c> may assume it.</summary>
    public bool PodIdentity { get; init; }

    /// <summary>Longest session that may be asked for.</summary>
    public TimeSpan MaxSession { get; init; } = TimeSpan.FromHours(1);

    internal bool Names(Principal caller) =>
        Principals.Contains(caller.Arn) || Principals.Contains(Arn.Root(caller.AccountId)) || Principals.Contains(caller.AccountId) || Principals.Contains("*");
}
