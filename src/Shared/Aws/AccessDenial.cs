using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Promoter.Aws;

/// <summary>What AWS says when it refuses: <c>User: P is not authorized to perform: A on resource: R because …</c> (IAM user guide, "Access denied error messages").</summary>
/// <param name="Principal">ARN of the caller.</param>
/// <param name="Action">The IAM action, <c>ecr:BatchGetImage</c>.</param>
/// <param name="Resource">ARN of the resource; empty where AWS did not name it.</param>
/// <param name="Reason">AWS's reason, without "because"; empty where it gave none.</param>
public sealed partial record AccessDenial(string Principal, string Action, string Resource, string Reason)
{
    /// <summary>A policy says no; allowing it elsewhere does not help.</summary>
    public bool IsExplicitDeny => Reason.Contains("explicit deny", StringComparison.Ordinal);

    /// <summary>The kind of policy that AWS names: <c>identity-based policy</c>, <c>resource-based policy</c>, <c>service control policy</c>, <c>VPC endpoint policy</c>…</summary>
    public string Policy => PolicyKind.Match(Reason) is { Success: true } match ? match.Value : "";

    /// <summary>What to change, and where.</summary>
    public string Remedy
    {
        get
        {
            var resource = Resource.Length > 0 ? $" on {Resource}" : "";
            if (IsExplicitDeny) return $"remove or narrow the deny in the {(Policy.Length > 0 ? Policy : "policy")} that covers {Action}{resource}";
            return Policy switch
            {
                "resource-based policy" => $"allow {Action} to {ShortPrincipal} in the policy of the repository or registry{resource}",
                "identity-based policy" or "" => $"allow {Action}{resource} in a policy of {ShortPrincipal}",
                _ => $"allow {Action}{resource} in the {Policy} that applies to {ShortPrincipal}",
            };
        }
    }

    /// <summary>The role behind a session (<c>arn:aws:iam::A:role/R</c> for <c>arn:aws:sts::A:assumed-role/R/S</c>), which is what policies name. A role's path is not in a session's ARN.</summary>
    public string ShortPrincipal =>
        AssumedRole.Match(Principal) is { Success: true } match ? $"arn:{match.Groups["partition"]}:iam::{match.Groups["account"]}:role/{match.Groups["role"]}" : Principal;

    public static bool TryParse(string? message, [NotNullWhen(true)] out AccessDenial? denial)
    {
        var match = Pattern.Match(message ?? "");
        denial = match.Success
            ? new AccessDenial(match.Groups["principal"].Value, match.Groups["action"].Value, match.Groups["resource"].Value, match.Groups["reason"].Value.TrimEnd('.', ' '))
            : null;
        return match.Success;
    }

    [GeneratedRegex(
        @"User: (?<principal>\S+) is not authorized to perform: (?<action>[A-Za-z0-9-]+:\w+)( on resource: (?<resource>\S+))?( (because|with an) (?<reason>[^\r\n""]+))?",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Pattern { get; }

    [GeneratedRegex(@"(identity-based|resource-based|service control|resource control|session|VPC endpoint) policy|permissions boundary", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PolicyKind { get; }

    [GeneratedRegex(@"^arn:(?<partition>[a-z-]+):sts::(?<account>\d{12}):assumed-role/(?<role>[^/]+)/", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AssumedRole { get; }
}
