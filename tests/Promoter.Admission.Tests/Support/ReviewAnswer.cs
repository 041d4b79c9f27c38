using System.Text;
using System.Text.Json.Nodes;
using Promoter.FakeApiServer;

namespace Promoter.Admission.Tests.Support;

/// <summary>An answer, checked as the API server checks it (admissionreview.go) before a test looks at it.</summary>
internal sealed record ReviewAnswer(string Uid, bool Allowed, string Message, JsonArray Patch, IReadOnlyList<string> Warnings, JsonObject Audit)
{
    public static ReviewAnswer Read(string text)
    {
        var review = JsonNode.Parse(text)!.AsObject();
        Assert.Equal("admission.k8s.io/v1", review["apiVersion"]!.GetValue<string>());
        Assert.Equal("AdmissionReview", review["kind"]!.GetValue<string>());
        var response = review["response"]!.AsObject();
        Assert.Equal(response.ContainsKey("patch"), response.ContainsKey("patchType"));
        if (response.ContainsKey("patchType")) Assert.Equal("JSONPatch", response["patchType"]!.GetValue<string>());
        var patch = response["patch"] is { } encoded ? JsonNode.Parse(Convert.FromBase64String(encoded.GetValue<string>()))!.AsArray() : [];
        var allowed = response["allowed"]!.GetValue<bool>();
        if (!allowed) Assert.True(response["status"]!["code"]!.GetValue<int>() >= 400, "a refusal without a code is sent as 400 by the API server");
        return new ReviewAnswer(
            response["uid"]!.GetValue<string>(),
            allowed,
            response["status"]?["message"]?.GetValue<string>() ?? "",
            patch,
            [.. (response["warnings"] as JsonArray ?? []).Select(warning => warning!.GetValue<string>())],
            response["auditAnnotations"] as JsonObject ?? []);
    }

    /// <summary>The object of the review after the patch, by the independent implementation.</summary>
    public JsonObject Apply(JsonObject review) => JsonPatchDocument.Apply(review["request"]!["object"]!, Patch)!.AsObject();

    /// <summary>The same review with the patched object, as reinvocation sends it.</summary>
    public JsonObject Again(JsonObject review)
    {
        var again = review.DeepClone().AsObject();
        again["request"]!["object"] = Apply(review);
        return again;
    }

    public override string ToString() => new StringBuilder().Append("allowed ").Append(Allowed).Append(' ').Append(Message).Append(' ').Append(Patch.ToJsonString()).ToString();
}
