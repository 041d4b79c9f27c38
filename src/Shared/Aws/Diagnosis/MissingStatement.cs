using System.Text.Json.Nodes;

namespace Promoter.Aws.Diagnosis;

/// <summary>Writes the policy statement that would have allowed what AWS refused.</summary>
internal static class MissingStatement
{
    /// <summary>Null where a policy denies explicitly: then a statement has to go, not to come.</summary>
    public static string? For(AccessDenial? denial, string action, string resource)
    {
        if (denial?.IsExplicitDeny == true) return null;
        var statement = new JsonObject { ["Effect"] = "Allow" };

        // A repository's own policy says who and leaves the resource out; an identity's says on what and leaves the principal out.
        if (denial?.Policy == "resource-based policy") statement["Principal"] = new JsonObject { ["AWS"] = denial.ShortPrincipal };
        statement["Action"] = action;
        if (denial?.Policy != "resource-based policy") statement["Resource"] = resource;
        return statement.ToJsonString();
    }
}
