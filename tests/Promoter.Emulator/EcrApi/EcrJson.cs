using System.Text.Json.Nodes;
using Promoter.Emulator.Iam;
using Promoter.Emulator.Registry;

namespace Promoter.Emulator.EcrApi;

/// <summary>Shapes that several operations share.</summary>
internal static class EcrJson
{
    public static JsonArray Array(IEnumerable<JsonNode?> items) => new([.. items]);

    public static JsonArray Texts(IEnumerable<string> items) => Array(items.Select(i => (JsonNode?)JsonValue.Create(i)));

    /// <summary>Seconds since 1970 with fractions, as the JSON protocol writes time.</summary>
    public static double Time(DateTimeOffset time) => time.ToUnixTimeMilliseconds() / 1000d;

    public static JsonObject With(this JsonObject json, string name, JsonNode? value)
    {
        if (value is not null) json[name] = value;
        return json;
    }

    public static JsonObject ImageId(string? digest, string? tag) => new JsonObject().With("imageDigest", digest).With("imageTag", tag);

    public static JsonObject Repository(EcrCall call, StoredRepository repository)
    {
        var settings = repository.Settings;
        var region = call.State.Options.Region;
        var json = new JsonObject
        {
            ["repositoryArn"] = Arn.Repository(region, call.Account, repository.Name),
            ["registryId"] = call.Account,
            ["repositoryName"] = repository.Name,
            ["repositoryUri"] = $"{call.Account}.dkr.ecr.{region}.amazonaws.com/{repository.Name}",
            ["createdAt"] = Time(repository.CreatedAt),
            ["imageTagMutability"] = settings.TagMutability,
            ["imageScanningConfiguration"] = new JsonObject { ["scanOnPush"] = settings.ScanOnPush },
            ["encryptionConfiguration"] = new JsonObject { ["encryptionType"] = settings.EncryptionType }.With("kmsKey", settings.KmsKey),
        };
        if (settings.ExclusionFilters.Count > 0) json["imageTagMutabilityExclusionFilters"] = Filters(settings.ExclusionFilters);
        return json;
    }

    public static JsonArray Filters(IReadOnlyList<string> filters) =>
        Array(filters.Select(f => new JsonObject { ["filterType"] = "WILDCARD", ["filter"] = f }));
}
