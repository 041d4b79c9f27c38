using System.Text.Json;

namespace Promoter.Admission.Reviews;

/// <summary>The <c>request</c> of an AdmissionReview: what the API server asks. Objects stay JSON, so that fields we do not know survive.</summary>
internal sealed record AdmissionRequest
{
    public required string Uid { get; init; }

    public required AdmissionOperation Operation { get; init; }

    /// <summary>Group of the resource, as converted for us; empty for pods.</summary>
    public required string Group { get; init; }

    public required string Resource { get; init; }

    public string Subresource { get; init; } = "";

    /// <summary>The namespace: authoritative, while the object's own may be missing.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>Nothing may be changed anywhere, and the answer must be the one of a real run.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>The object as it would be stored; undefined on DELETE.</summary>
    public JsonElement Object { get; init; }

    /// <summary>The object as it is stored; undefined on CREATE.</summary>
    public JsonElement OldObject { get; init; }

    public bool IsPodCreation => Operation is AdmissionOperation.Create && Group.Length == 0 && Resource is "pods" && Subresource.Length == 0;

    public bool IsEphemeralContainerUpdate => Operation is AdmissionOperation.Update && Group.Length == 0 && Resource is "pods" && Subresource is "ephemeralcontainers";
}
