namespace Promoter.Admission.Reviews;

/// <summary>What we say to the API server about one request.</summary>
internal sealed record AdmissionAnswer
{
    /// <summary>Let it pass as it is.</summary>
    public static readonly AdmissionAnswer Untouched = new();

    /// <summary>Why it is refused; null: it is allowed.</summary>
    public string? Refusal { get; init; }

    /// <summary>Changes to the object; empty: none.</summary>
    public JsonPatch Patch { get; init; } = JsonPatch.Empty;

    /// <summary>Shown to whoever sent the request. The API server recommends at most 120 characters each, and cuts what exceeds 4096 in total.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>For the audit log; the API server prefixes the keys with the webhook's name.</summary>
    public IReadOnlyDictionary<string, string> AuditAnnotations { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
