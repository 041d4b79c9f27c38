using System.Text.Json.Nodes;

namespace Promoter.Admission.Tests.Support;

/// <summary>AdmissionReviews recorded from kube-apiserver 1.34.9.</summary>
internal static class Fixture
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Fixtures", "AdmissionReviews");

    public static TheoryData<string> Names => [.. Directory.GetFiles(Folder, "*.json").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal)];

    public static byte[] Bytes(string name) => File.ReadAllBytes(Path.Combine(Folder, name + ".json"));

    public static JsonObject Review(string name) => JsonNode.Parse(Bytes(name))!.AsObject();

    /// <summary>A recorded review with another pod in it.</summary>
    public static JsonObject Pod(Action<JsonObject> change, string name = "create-pod-docker-hub-short-name")
    {
        var review = Review(name);
        change(review["request"]!["object"]!.AsObject());
        return review;
    }

    /// <summary>A recorded review of a pod with these images.</summary>
    public static JsonObject PodWith(params string[] images) => Pod(pod => pod["spec"]!["containers"] =
        new JsonArray([.. images.Select((image, i) => new JsonObject { ["name"] = $"c{i}", ["image"] = image })]));
}
