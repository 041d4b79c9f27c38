namespace Promoter.Interop.Tests.Tools;

/// <summary>What goes into one image of an index.</summary>
/// <param name="OperatingSystem">E.g. <c>linux</c>.</param>
/// <param name="Architecture">E.g. <c>amd64</c>.</param>
/// <param name="Layers">Folders, each of which becomes a layer, from the lowest up.</param>
public sealed record ImageContent(string OperatingSystem, string Architecture, IReadOnlyList<string> Layers)
{
    /// <summary>The entry point as a JSON array; containerd runs it.</summary>
    public string EntryPoint { get; init; } = "[]";
}
