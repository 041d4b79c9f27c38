using System.Text;
using System.Text.Json.Nodes;
using Promoter.Emulator.Iam;
using Promoter.Emulator.Registry;

namespace Promoter.Emulator.EcrApi;

/// <summary>Tokens and account settings.</summary>
internal static class AccountOperations
{
    private const string BlobMounting = "BLOB_MOUNTING";

    public static IReadOnlyDictionary<string, Func<EcrCall, JsonObject>> All { get; } = new Dictionary<string, Func<EcrCall, JsonObject>>
    {
        ["GetAuthorizationToken"] = GetAuthorizationToken,
        ["GetAccountSetting"] = GetAccountSetting,
        ["PutAccountSetting"] = PutAccountSetting,
        ["DescribeRegistry"] = DescribeRegistry,
    };

    private static JsonObject GetAuthorizationToken(EcrCall call)
    {
        var token = call.State.Tokens.Issue(call.Caller);
        return new JsonObject
        {
            ["authorizationData"] = new JsonArray(new JsonObject
            {
                ["authorizationToken"] = Convert.ToBase64String(Encoding.UTF8.GetBytes($"AWS:{token.Password}")),
                ["expiresAt"] = EcrJson.Time(token.ExpiresAt),
                ["proxyEndpoint"] = $"https://{call.Account}.dkr.ecr.{call.State.Options.Region}.amazonaws.com",
            }),
        };
    }

    private static JsonObject GetAccountSetting(EcrCall call)
    {
        var name = call.Required("name");
        if (name == BlobMounting) return Setting(name, call.Store.Behaviour.Mounts == MountRule.Never ? "DISABLED" : "ENABLED");
        return call.Store.Settings.AccountSettings.TryGetValue(name, out var value)
            ? Setting(name, value)
            : throw new AwsErrorException("ValidationException", $"'{name}' is not an account setting");
    }

    private static JsonObject PutAccountSetting(EcrCall call)
    {
        var (name, value) = (call.Required("name"), call.Required("value"));
        if (name == BlobMounting)
        {
            call.Store.Behaviour.Mounts = value switch
            {
                "ENABLED" => MountRule.DonorReferencesBlob,
                "DISABLED" => MountRule.Never,
                _ => throw new AwsErrorException("ValidationException", $"'{value}' is not a value of {name}: use ENABLED or DISABLED"),
            };
        }
        else if (call.Store.Settings.AccountSettings.ContainsKey(name))
        {
            call.Store.Settings.AccountSettings[name] = value;
        }
        else
        {
            throw new AwsErrorException("ValidationException", $"'{name}' is not an account setting");
        }

        return Setting(name, value);
    }

    private static JsonObject DescribeRegistry(EcrCall call) => new()
    {
        ["registryId"] = call.Account,
        ["replicationConfiguration"] = new JsonObject
        {
            ["rules"] = call.Store.Behaviour.ReplicatesTo.Count == 0
                ? []
                : new JsonArray(new JsonObject
                {
                    ["destinations"] = EcrJson.Array(call.Store.Behaviour.ReplicatesTo.Select(region => new JsonObject { ["region"] = region, ["registryId"] = call.Account })),
                }),
        },
    };

    private static JsonObject Setting(string name, string value) => new() { ["name"] = name, ["value"] = value };
}
