using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Promoter.Emulator.Registry;

namespace Promoter.Emulator.EcrApi;

/// <summary>One operation: what it does, and on which repositories it needs permission.</summary>
/// <param name="Resources">Repository names, <c>*</c> for the whole registry, or the empty string for operations without a resource.</param>
internal sealed record EcrApiOperation(Func<EcrCall, JsonObject> Perform, Func<JsonObject, IReadOnlyList<string>> Resources);

/// <summary>All operations by name.</summary>
internal sealed class EcrOperations
{
    private readonly Dictionary<string, EcrApiOperation> _operations = new(StringComparer.Ordinal);

    public EcrOperations(LayerHost layers)
    {
        Add(AccountOperations.All, _ => [""]);
        Add(RepositoryOperations.All, OneRepository);
        Add(RepositoryOperations.Listing, ManyRepositories);
        Add(PolicyOperations.All, OneRepository);
        Add(PolicyOperations.Registry, _ => [""]);
        Add(TagOperations.All, RepositoryOfArn);
        Add(ImageOperations.All, OneRepository);
        Add(ImageStateOperations.All, OneRepository);
        Add(LayerOperations.All, OneRepository);
        Add(new Dictionary<string, Func<EcrCall, JsonObject>> { ["GetDownloadUrlForLayer"] = call => LayerOperations.GetDownloadUrl(call, layers) }, OneRepository);
        Add(TemplateOperations.All, _ => [""]);
    }

    public bool TryFind(string name, [NotNullWhen(true)] out EcrApiOperation? operation) => _operations.TryGetValue(name, out operation);

    private static IReadOnlyList<string> OneRepository(JsonObject body) => [(string?)body["repositoryName"] ?? throw EcrCall.Invalid("repositoryName", "Member must not be null")];

    private static IReadOnlyList<string> ManyRepositories(JsonObject body) =>
        body["repositoryNames"] is JsonArray { Count: > 0 } names ? [.. names.Select(n => (string?)n ?? "")] : ["*"];

    private static IReadOnlyList<string> RepositoryOfArn(JsonObject body) => [TagOperations.RepositoryOf((string?)body["resourceArn"] ?? "")];

    private void Add(IReadOnlyDictionary<string, Func<EcrCall, JsonObject>> operations, Func<JsonObject, IReadOnlyList<string>> resources)
    {
        foreach (var (name, perform) in operations) _operations.Add(name, new EcrApiOperation(perform, resources));
    }
}
