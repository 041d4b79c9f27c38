namespace Promoter.Emulator.Iam;

/// <summary>Decides as IAM does: an explicit deny wins; across accounts both sides must allow (IAM user guide, "Policy evaluation logic").</summary>
internal sealed class Authorizer(string organization)
{
    /// <param name="account">The account that owns the resource.</param>
    /// <param name="policies">The resource's policies; absent ones are null.</param>
    /// <returns>Null where the request is allowed, else AWS's sentence.</returns>
    public string? Refuse(Caller caller, string action, string resource, string account, params ReadOnlySpan<string?> policies)
    {
        if (caller.Principal.IsOmnipotent) return null;
        var sentence = $"User: {caller.Arn} is not authorized to perform: {action} on resource: {resource}";
        var statements = caller.Principal.Statements.Where(s => s.Covers(action, resource)).ToList();
        if (statements.Exists(s => !s.IsAllow)) return sentence + " with an explicit deny in an identity-based policy";

        var allowedByResource = false;
        foreach (var policy in policies)
        {
            var verdict = ResourcePolicy.Evaluate(policy, caller, action, resource, organization);
            if (verdict == PolicyVerdict.Deny) return sentence + " with an explicit deny in a resource-based policy";
            allowedByResource |= verdict == PolicyVerdict.Allow;
        }

        var allowedByIdentity = statements.Count > 0;
        if (account == caller.AccountId) return allowedByIdentity || allowedByResource ? null : sentence + $" because no identity-based policy allows the {action} action";
        if (!allowedByIdentity) return sentence + $" because no identity-based policy allows the {action} action";
        return allowedByResource ? null : sentence + $" because no resource-based policy allows the {action} action";
    }
}
