using System.Text.Json.Nodes;

namespace Promoter.Emulator.Images;

/// <summary>What an image runs on, as an index's descriptor says it.</summary>
public sealed record ImagePlatform(string Os, string Architecture, string? Variant = null)
{
    /// <summary>What buildx gives to attestation manifests.</summary>
    public static ImagePlatform Unknown { get; } = new("unknown", "unknown");

    internal JsonObject ToJson()
    {
        var platform = new JsonObject { ["architecture"] = Architecture, ["os"] = Os };
        if (Variant is not null) platform["variant"] = Variant;
        return platform;
    }
}
