using System.Text.Json.Nodes;

namespace Promoter.FakeApiServer;

/// <summary>Label and field selectors, as far as clients of this project use them: equality, inequality and existence.</summary>
internal static class Selectors
{
    public static Func<JsonObject, bool> Parse(string? labels, string? fields)
    {
        var tests = new List<Func<JsonObject, bool>>();
        foreach (var term in Terms(labels)) tests.Add(Test(term, (item, key) => item["metadata"]?["labels"]?[key]?.GetValue<string>()));
        foreach (var term in Terms(fields)) tests.Add(Test(term, Field));
        return item => tests.TrueForAll(test => test(item));
    }

    private static string[] Terms(string? selector) => selector?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? [];

    private static string? Field(JsonObject item, string path)
    {
        JsonNode? node = item;
        foreach (var member in path.Split('.')) node = node?[member];
        return node?.ToString() ?? "";
    }

    private static Func<JsonObject, bool> Test(string term, Func<JsonObject, string, string?> read)
    {
        if (term.Split("!=") is [var unequal, var unwanted]) return item => read(item, unequal) != unwanted;
        if (term.Split(["==", "="], StringSplitOptions.None) is [var equal, var wanted]) return item => read(item, equal) == wanted;
        return term[0] == '!' ? item => read(item, term[1..]) is null : item => read(item, term) is not null;
    }
}
