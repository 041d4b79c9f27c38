using System.Text.Json.Nodes;
using Promoter.Emulator.Iam;

namespace Promoter.Emulator.EcrApi;

/// <summary>Resource tags of repositories.</summary>
internal static class TagOperations
{
    public static IReadOnlyDictionary<string, Func<EcrCall, JsonObject>> All { get; } = new Dictionary<string, Func<EcrCall, JsonObject>>
    {
        ["TagResource"] = Tag,
        ["UntagResource"] = Untag,
        ["ListTagsForResource"] = List,
    };

    public static string RepositoryOf(string arn) =>
        arn.IndexOf(":repository/", StringComparison.Ordinal) is > 0 and var at ? arn[(at + ":repository/".Length)..] : throw EcrCall.Invalid("resourceArn", "must be the ARN of a repository");

    private static JsonObject Tag(EcrCall call)
    {
        var reserved = call.Objects("tags").Select(tag => (string?)tag["Key"] ?? "").FirstOrDefault(key => key.StartsWith("aws:", StringComparison.OrdinalIgnoreCase));
        if (reserved is not null) throw new AwsErrorException("InvalidTagParameterException", $"Tag key '{reserved}' is invalid: aws: prefixed tag key names are not allowed for external use.");
        call.Store.In(Name(call), r =>
        {
            foreach (var tag in call.Objects("tags")) r.Settings.Tags[(string?)tag["Key"] ?? ""] = (string?)tag["Value"] ?? "";
        });
        return [];
    }

    private static JsonObject Untag(EcrCall call)
    {
        call.Store.In(Name(call), r =>
        {
            foreach (var key in call.Texts("tagKeys")) r.Settings.Tags.Remove(key);
        });
        return [];
    }

    private static JsonObject List(EcrCall call) => call.Store.In(Name(call), r => new JsonObject
    {
        ["tags"] = EcrJson.Array(r.Settings.Tags.Select(t => new JsonObject { ["Key"] = t.Key, ["Value"] = t.Value })),
    });

    private static string Name(EcrCall call) => RepositoryOf(call.Required("resourceArn"));
}
