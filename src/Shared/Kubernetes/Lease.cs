using System.Text.Json.Nodes;

namespace Promoter.Kubernetes;

/// <summary>A <c>coordination.k8s.io/v1</c> Lease as it was last seen.</summary>
public sealed record Lease(JsonObject Object)
{
    public string Name => Object.Name();

    /// <summary>Who holds it; empty where it was given up.</summary>
    public string Holder => Object.Text("spec", "holderIdentity") ?? "";

    /// <summary>How long after its last change it counts as abandoned.</summary>
    public TimeSpan Duration => TimeSpan.FromSeconds(Object.Number("spec", "leaseDurationSeconds") ?? 15);

    public string ResourceVersion => Object.ResourceVersion() ?? "";

    public string? Annotation(string name) => Object.Annotation(name);

    /// <summary>The same with these annotations, to be written.</summary>
    public Lease With(IReadOnlyDictionary<string, string> annotations)
    {
        var changed = Object.DeepClone().AsObject();
        var metadata = changed["metadata"]!.AsObject();
        if (metadata["annotations"] is not JsonObject) metadata["annotations"] = new JsonObject();
        foreach (var (key, value) in annotations) metadata["annotations"]![key] = value;
        return new Lease(changed);
    }
}
