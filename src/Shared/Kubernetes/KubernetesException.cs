using System.Net;

namespace Promoter.Kubernetes;

/// <summary>The API server refused a request, or could not be reached. The message is one sentence for a person; the properties are for programs.</summary>
public sealed class KubernetesException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The HTTP status; null where no answer came.</summary>
    public HttpStatusCode? Status { get; init; }

    /// <summary>The machine-readable reason of the server's Status object: <c>Conflict</c>, <c>AlreadyExists</c>, <c>Expired</c> and so on; may be empty.</summary>
    public string Reason { get; init; } = "";

    public bool IsNotFound => Status is HttpStatusCode.NotFound;

    /// <summary>The object changed since it was read: read it again and decide anew.</summary>
    public bool IsConflict => Status is HttpStatusCode.Conflict && Reason is not "AlreadyExists";

    public bool IsAlreadyExists => Status is HttpStatusCode.Conflict && Reason is "AlreadyExists";

    /// <summary>The resource version is too old: list again (410).</summary>
    public bool IsExpired => Status is HttpStatusCode.Gone || Reason is "Expired" or "Gone";

    /// <summary>The principal may not do this (401, 403); repeating will not help.</summary>
    public bool IsDenied => Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden;

    /// <summary>The object is not valid, or a policy refused the change (422, or 400 from admission).</summary>
    public bool IsInvalid => Status is HttpStatusCode.UnprocessableEntity or HttpStatusCode.BadRequest;
}
