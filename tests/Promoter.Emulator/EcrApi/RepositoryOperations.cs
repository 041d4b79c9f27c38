using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Promoter.Emulator.Iam;
using Promoter.Emulator.Registry;

namespace Promoter.Emulator.EcrApi;

/// <summary>Repositories and their settings.</summary>
internal static partial class RepositoryOperations
{
    private static readonly string[] Mutabilities = ["MUTABLE", "IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION", "MUTABLE_WITH_EXCLUSION"];

    public static IReadOnlyDictionary<string, Func<EcrCall, JsonObject>> All { get; } = new Dictionary<string, Func<EcrCall, JsonObject>>
    {
        ["CreateRepository"] = Create,
        ["DeleteRepository"] = Delete,
        ["PutImageTagMutability"] = PutTagMutability,
        ["PutImageScanningConfiguration"] = PutScanning,
    };

    public static IReadOnlyDictionary<string, Func<EcrCall, JsonObject>> Listing { get; } = new Dictionary<string, Func<EcrCall, JsonObject>>
    {
        ["DescribeRepositories"] = Describe,
    };

    private static JsonObject Describe(EcrCall call)
    {
        var names = EcrCall.AtMost("repositoryNames", 100, call.Texts("repositoryNames"));
        var repositories = names.Count > 0
            ? names.Select(n => call.Store.In(n, r => r)).ToList()
            : call.Store.Access(all => all.Values.ToList());
        var (page, next) = names.Count > 0 ? (repositories, null) : call.Page(repositories, 100);
        return new JsonObject { ["repositories"] = EcrJson.Array(page.Select(r => EcrJson.Repository(call, r))) }.With("nextToken", next);
    }

    private static JsonObject Create(EcrCall call)
    {
        var name = call.Repository;
        if (name.Length is < 2 or > 256 || !NamePattern().IsMatch(name))
        {
            throw EcrCall.Invalid("repositoryName", "must satisfy regular expression '(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*'");
        }

        var encryption = call.Object("encryptionConfiguration");
        var key = (string?)encryption?["kmsKey"];
        if (key is not null && key.StartsWith("arn:", StringComparison.Ordinal) && key.Split(':')[3] != call.State.Options.Region)
        {
            throw new AwsErrorException("KmsException", $"The KMS key '{key}' is not in region {call.State.Options.Region}") { Details = new JsonObject { ["kmsError"] = "NotFoundException" } };
        }

        // An account of that number does not exist, so neither does its key.
        if (key?.Contains(":000000000000:", StringComparison.Ordinal) == true)
        {
            throw new AwsErrorException("KmsException", $"The KMS key '{key}' does not exist") { Details = new JsonObject { ["kmsError"] = "NotFoundException" } };
        }

        // Creating with tags takes the permission to tag (ECR user guide, "Using tag-based access control").
        if (call.Objects("tags").Count > 0) call.State.Authorize(call.Caller, call.Account, "TagResource", name);
        var settings = new EcrRepositorySettings
        {
            EncryptionType = (string?)encryption?["encryptionType"] ?? "AES256",
            KmsKey = key,
            ScanOnPush = (bool?)call.Object("imageScanningConfiguration")?["scanOnPush"] ?? false,
        };
        SetMutability(call, settings, call.Text("imageTagMutability") ?? "MUTABLE");
        foreach (var tag in call.Objects("tags")) settings.Tags[(string?)tag["Key"] ?? ""] = (string?)tag["Value"] ?? "";
        return call.Store.Access(all =>
        {
            if (all.ContainsKey(name))
            {
                throw new AwsErrorException("RepositoryAlreadyExistsException", $"The repository with name '{name}' already exists in the registry with id '{call.Account}'");
            }

            var created = call.Store.GetOrCreate(name, settings);
            created.HiddenFor = call.Store.Behaviour.NewRepositoriesHiddenFor;
            return new JsonObject { ["repository"] = EcrJson.Repository(call, created) };
        });
    }

    private static JsonObject Delete(EcrCall call) => call.In(r =>
    {
        if (r.Manifests.Count > 0 && call.Flag("force") != true)
        {
            throw new AwsErrorException(
                "RepositoryNotEmptyException", $"The repository with name '{r.Name}' in registry with id '{call.Account}' cannot be deleted because it still contains images");
        }

        call.Store.Access(all => all.Remove(r.Name));
        return new JsonObject { ["repository"] = EcrJson.Repository(call, r) };
    });

    private static JsonObject PutTagMutability(EcrCall call) => call.In(r =>
    {
        SetMutability(call, r.Settings, call.Required("imageTagMutability"));
        var answer = new JsonObject { ["registryId"] = call.Account, ["repositoryName"] = r.Name, ["imageTagMutability"] = r.Settings.TagMutability };
        return r.Settings.ExclusionFilters.Count == 0 ? answer : answer.With("imageTagMutabilityExclusionFilters", EcrJson.Filters(r.Settings.ExclusionFilters));
    });

    private static JsonObject PutScanning(EcrCall call) => call.In(r =>
    {
        r.Settings.ScanOnPush = (bool?)call.Object("imageScanningConfiguration")?["scanOnPush"] ?? throw EcrCall.Invalid("imageScanningConfiguration", "Member must not be null");
        return new JsonObject
        {
            ["registryId"] = call.Account,
            ["repositoryName"] = r.Name,
            ["imageScanningConfiguration"] = new JsonObject { ["scanOnPush"] = r.Settings.ScanOnPush },
        };
    });

    private static void SetMutability(EcrCall call, EcrRepositorySettings settings, string mutability)
    {
        var filters = EcrCall.AtMost("imageTagMutabilityExclusionFilters", 5, call.Objects("imageTagMutabilityExclusionFilters")).Select(f => (string?)f["filter"] ?? "").ToList();
        if (!Mutabilities.Contains(mutability)) throw EcrCall.Invalid("imageTagMutability", $"Member must satisfy enum value set: [{string.Join(", ", Mutabilities)}]");
        if (mutability.EndsWith("_WITH_EXCLUSION", StringComparison.Ordinal) != (filters.Count > 0))
        {
            throw EcrCall.Invalid("imageTagMutabilityExclusionFilters", $"filters go with a mutability WITH_EXCLUSION, and only with it: found {mutability} with {filters.Count} filters");
        }

        settings.TagMutability = mutability;
        settings.ExclusionFilters = filters;
    }

    [GeneratedRegex("^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$")]
    private static partial Regex NamePattern();
}
