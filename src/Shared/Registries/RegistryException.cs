using System.Net;
using Promoter.Oci;

namespace Promoter.Registries;

/// <summary>
/// A registry, or what leads to it, failed. The message is one sentence that a person can act on; the properties are for programs.
/// </summary>
public sealed class RegistryException(RegistryFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    public RegistryFault Fault { get; } = fault;

    /// <summary>What was being done, as a verb and a noun: <c>fetch manifest</c>, <c>upload blob</c>.</summary>
    public string Operation { get; init; } = "";

    public Side Side { get; init; }

    public string Host { get; init; } = "";

    public string Repository { get; init; } = "";

    /// <summary>The HTTP status, or null where no answer came.</summary>
    public HttpStatusCode? Status { get; init; }

    /// <summary>The codes of the registry's error body (distribution-spec, "Error Codes"; AWS exception names), most significant first.</summary>
    public IReadOnlyList<string> Codes { get; init; } = [];

    /// <summary>What the registry says it lacks to accept a manifest, where it does (<see cref="RegistryFault.ContentMissing"/>); empty where it only says that something is missing.</summary>
    public IReadOnlyList<Digest> MissingDigests { get; init; } = [];

    /// <summary>Whether the same request may succeed later.</summary>
    public bool IsTransient { get; init; }

    /// <summary>The least time to wait, as the registry asked for it.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The registry's request id, for its operator's logs.</summary>
    public string? RequestId { get; init; }

    /// <summary>The same failure as told by a caller who knows more about it; this one becomes its cause.</summary>
    /// <param name="message">The whole new sentence; null: as it is.</param>
    /// <param name="isTransient">Whether trying again may help; null: as it is.</param>
    /// <param name="side">Whose fault it is, where only the caller knows; null: as it is.</param>
    public RegistryException Retold(string? message = null, bool? isTransient = null, Side? side = null) => new(Fault, message ?? Message, this)
    {
        Operation = Operation,
        Side = side ?? Side,
        Host = Host,
        Repository = Repository,
        Status = Status,
        Codes = Codes,
        MissingDigests = MissingDigests,
        IsTransient = isTransient ?? IsTransient,
        RetryAfter = RetryAfter,
        RequestId = RequestId,
    };
}
