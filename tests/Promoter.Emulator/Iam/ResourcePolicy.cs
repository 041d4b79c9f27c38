using System.Text.Json;
using System.Text.Json.Nodes;
using Promoter.Emulator.Registry;

namespace Promoter.Emulator.Iam;

/// <summary>What a resource policy says of one request.</summary>
internal enum PolicyVerdict
{
    Silent,
    Allow,
    Deny,
}

/// <summary>Reads a repository or registry policy: principals, actions, resources and the usual conditions on the caller.</summary>
internal static class ResourcePolicy
{
    /// <exception cref="JsonException">Not a policy; the message says why.</exception>
    public static void Validate(string text)
    {
        if (JsonNode.Parse(text) is not JsonObject policy) throw new JsonException("a policy is a JSON object");
        foreach (var statement in Statements(policy))
        {
            if ((string?)statement["Effect"] is not ("Allow" or "Deny")) throw new JsonException("every statement needs an Effect of Allow or Deny");
            if (statement["Principal"] is null && statement["NotPrincipal"] is null) throw new JsonException("every statement needs a Principal");
            if (statement["Action"] is null && statement["NotAction"] is null) throw new JsonException("every statement needs an Action");
        }
    }

    public static PolicyVerdict Evaluate(string? text, Caller caller, string action, string resource, string organization)
    {
        if (text is null || JsonNode.Parse(text) is not JsonObject policy) return PolicyVerdict.Silent;
        var verdict = PolicyVerdict.Silent;
        foreach (var statement in Statements(policy).Where(s => Applies(s, caller, action, resource, organization)))
        {
            if ((string?)statement["Effect"] == "Deny") return PolicyVerdict.Deny;
            verdict = PolicyVerdict.Allow;
        }

        return verdict;
    }

    private static IEnumerable<JsonObject> Statements(JsonObject policy) => policy["Statement"] switch
    {
        JsonArray list => list.OfType<JsonObject>(),
        JsonObject one => [one],
        _ => throw new JsonException("a policy needs a Statement"),
    };

    private static bool Applies(JsonObject statement, Caller caller, string action, string resource, string organization) =>
        Principals(statement, caller) &&
        Strings(statement["Action"]).Any(a => Wildcard.Matches(a.ToLowerInvariant(), action.ToLowerInvariant())) &&
        (statement["Resource"] is null || Strings(statement["Resource"]).Any(r => Wildcard.Matches(r, resource))) &&
        (statement["Condition"] is not JsonObject conditions || conditions.All(c => Holds(c.Key, c.Value as JsonObject ?? [], caller, organization)));

    private static bool Principals(JsonObject statement, Caller caller)
    {
        if (statement["NotPrincipal"] is { } not) return !Named(not, caller);
        return statement["Principal"] is { } principal && Named(principal, caller);
    }

    private static bool Named(JsonNode principal, Caller caller)
    {
        var names = principal is JsonObject map ? Strings(map["AWS"]) : Strings(principal);
        return names.Any(n => n == "*" || n == caller.AccountId || n == Arn.Root(caller.AccountId) || n == caller.Principal.Arn || n == caller.Arn);
    }

    private static bool Holds(string operation, JsonObject keys, Caller caller, string organization) => keys.All(key =>
    {
        var value = key.Key.ToLowerInvariant() switch
        {
            "aws:principalarn" => caller.Principal.Arn,
            "aws:principalaccount" => caller.AccountId,
            "aws:principalorgid" => organization,
            _ => "",
        };
        var matches = Strings(key.Value).Any(pattern => operation.Contains("Like", StringComparison.Ordinal) || operation.StartsWith("Arn", StringComparison.Ordinal)
            ? Wildcard.Matches(pattern, value)
            : pattern == value);
        return operation.Contains("Not", StringComparison.Ordinal) ? !matches : matches;
    });

    private static IEnumerable<string> Strings(JsonNode? node) => node switch
    {
        JsonArray list => list.Select(i => (string?)i ?? ""),
        JsonValue value => [(string?)value ?? ""],
        _ => [],
    };
}
