using Promoter.Registries.Authentication;

namespace Promoter.Registries;

/// <summary>One request to a registry, in the terms of the distribution spec.</summary>
internal sealed record RegistryRequest(HttpMethod Method, Uri Uri, RegistryAction Action, string Operation, IReadOnlyList<RegistryScope> Scopes)
{
    public IReadOnlyList<string> Accept { get; init; } = [];

    /// <summary>First byte wanted; 0 asks for the whole.</summary>
    public long RangeStart { get; init; }

    /// <summary>Last byte wanted (inclusive); null: to the end.</summary>
    public long? RangeEnd { get; init; }

    /// <summary>Makes the body; called once per try.</summary>
    public Func<HttpContent>? Content { get; init; }

    /// <summary>The body is a stream that cannot be sent twice: a refused credential fails this try instead of being retried here.</summary>
    public bool IsStreaming { get; init; }

    /// <summary>What is asked for (tag, digest, upload), for messages.</summary>
    public string Subject { get; init; } = "";
}
