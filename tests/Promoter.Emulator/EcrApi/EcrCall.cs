using System.Text.Json.Nodes;
using Promoter.Emulator.Iam;
using Promoter.Emulator.Registry;

namespace Promoter.Emulator.EcrApi;

/// <summary>One call of ECR's JSON API: who, on which registry, with which parameters.</summary>
internal sealed class EcrCall(AwsState state, Caller caller, RegistryStore store, JsonObject body)
{
    public AwsState State => state;

    public Caller Caller => caller;

    public RegistryStore Store => store;

    public string Account => store.Account;

    public string Repository => Required("repositoryName");

    public string? Text(string name) => (string?)body[name];

    public bool? Flag(string name) => (bool?)body[name];

    public JsonObject? Object(string name) => body[name] as JsonObject;

    public IReadOnlyList<JsonObject> Objects(string name) => body[name] is JsonArray list ? [.. list.OfType<JsonObject>()] : [];

    public IReadOnlyList<string> Texts(string name) => body[name] is JsonArray list ? [.. list.Select(i => (string?)i ?? "")] : [];

    public long Number(string name) => (long?)body[name] ?? throw Invalid(name, "Member must not be null");

    public int? Count(string name) => (int?)body[name];

    public string Required(string name) => Text(name) ?? throw Invalid(name, "Member must not be null");

    /// <summary>Lists of image ids and layers are limited to 100.</summary>
    public static IReadOnlyList<T> AtMost<T>(string name, int limit, IReadOnlyList<T> items) =>
        items.Count <= limit ? items : throw Invalid(name, $"Member must have length less than or equal to {limit}");

    public T In<T>(Func<StoredRepository, T> use) => store.In(Repository, use);

    public static AwsErrorException Invalid(string name, string constraint) =>
        new("InvalidParameterException", $"Invalid parameter at '{name}' failed to satisfy constraint: '{constraint}'");

    /// <summary>Cuts one page out of a list and says where the next begins.</summary>
    public (IReadOnlyList<T> Page, string? Next) Page<T>(IReadOnlyList<T> items, int defaultSize)
    {
        var from = int.TryParse(Text("nextToken"), out var offset) ? offset : 0;
        var page = items.Skip(from).Take(Count("maxResults") ?? defaultSize).ToList();
        return (page, from + page.Count < items.Count ? (from + page.Count).ToString() : null);
    }
}
