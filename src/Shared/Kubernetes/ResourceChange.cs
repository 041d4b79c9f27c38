using System.Text.Json.Nodes;

namespace Promoter.Kubernetes;

/// <summary>Something that a <see cref="Reflector"/> saw: <see cref="Relisted"/>, <see cref="Changed"/> or <see cref="Deleted"/>.</summary>
public interface IResourceChange;

/// <summary>The whole collection, at the start and whenever the thread was lost: what is not in it no longer exists.</summary>
public sealed record Relisted(IReadOnlyList<JsonObject> Items) : IResourceChange;

/// <summary>An object is new or has changed.</summary>
public sealed record Changed(JsonObject Object) : IResourceChange;

/// <summary>An object is gone, or matches the selection no longer; in its last state.</summary>
public sealed record Deleted(JsonObject Object) : IResourceChange;
