using System.Text.Json;
using System.Text.Json.Nodes;
using Promoter.Emulator.Iam;

namespace Promoter.Emulator.EcrApi;

/// <summary>Lifecycle, repository and registry policies.</summary>
internal static class PolicyOperations
{
    public static IReadOnlyDictionary<string, Func<EcrCall, JsonObject>> All { get; } = new Dictionary<string, Func<EcrCall, JsonObject>>
    {
        ["PutLifecyclePolicy"] = PutLifecycle,
        ["GetLifecyclePolicy"] = GetLifecycle,
        ["DeleteLifecyclePolicy"] = DeleteLifecycle,
        ["SetRepositoryPolicy"] = SetRepositoryPolicy,
        ["GetRepositoryPolicy"] = GetRepositoryPolicy,
        ["DeleteRepositoryPolicy"] = DeleteRepositoryPolicy,
    };

    public static IReadOnlyDictionary<string, Func<EcrCall, JsonObject>> Registry { get; } = new Dictionary<string, Func<EcrCall, JsonObject>>
    {
        ["PutRegistryPolicy"] = PutRegistryPolicy,
        ["GetRegistryPolicy"] = GetRegistryPolicy,
    };

    private static JsonObject PutLifecycle(EcrCall call) => call.In(r =>
    {
        var text = call.Required("lifecyclePolicyText");
        if (Parse(text) is not JsonObject policy || policy["rules"] is not JsonArray { Count: > 0 })
        {
            throw EcrCall.Invalid("LifecyclePolicyText", "Lifecycle policy validation failure:\nstring [] is too short");
        }

        r.Settings.LifecyclePolicy = text;
        return Answer(call, r.Name).With("lifecyclePolicyText", text);
    });

    private static JsonObject GetLifecycle(EcrCall call) => call.In(r => Answer(call, r.Name).With("lifecyclePolicyText", r.Settings.LifecyclePolicy ?? throw new AwsErrorException(
        "LifecyclePolicyNotFoundException", $"Lifecycle policy does not exist for the repository with name '{r.Name}' in the registry with id '{call.Account}'")));

    private static JsonObject DeleteLifecycle(EcrCall call)
    {
        var answer = GetLifecycle(call);
        call.In(r => r.Settings.LifecyclePolicy = null);
        return answer;
    }

    private static JsonObject SetRepositoryPolicy(EcrCall call) => call.In(r =>
    {
        r.Settings.Policy = Checked(call.Required("policyText"));
        return Answer(call, r.Name).With("policyText", r.Settings.Policy);
    });

    private static JsonObject GetRepositoryPolicy(EcrCall call) => call.In(r => Answer(call, r.Name).With("policyText", r.Settings.Policy ?? throw new AwsErrorException(
        "RepositoryPolicyNotFoundException", $"Repository policy does not exist for the repository with name '{r.Name}' in the registry with id '{call.Account}'")));

    private static JsonObject DeleteRepositoryPolicy(EcrCall call)
    {
        var answer = GetRepositoryPolicy(call);
        call.In(r => r.Settings.Policy = null);
        return answer;
    }

    private static JsonObject PutRegistryPolicy(EcrCall call)
    {
        call.Store.Settings.RegistryPolicy = Checked(call.Required("policyText"));
        return GetRegistryPolicy(call);
    }

    private static JsonObject GetRegistryPolicy(EcrCall call) => new()
    {
        ["registryId"] = call.Account,
        ["policyText"] = call.Store.Settings.RegistryPolicy ??
            throw new AwsErrorException("RegistryPolicyNotFoundException", $"Registry policy does not exist in the registry with id '{call.Account}'"),
    };

    private static JsonObject Answer(EcrCall call, string repository) => new() { ["registryId"] = call.Account, ["repositoryName"] = repository };

    private static string Checked(string text)
    {
        try
        {
            ResourcePolicy.Validate(text);
            return text;
        }
        catch (JsonException e)
        {
            throw EcrCall.Invalid("PolicyText", $"Invalid repository policy provided: {e.Message}");
        }
    }

    private static JsonNode? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException e)
        {
            throw EcrCall.Invalid("LifecyclePolicyText", $"Lifecycle policy validation failure:\n{e.Message}");
        }
    }
}
