using System.Text.Json.Serialization;
using Promoter.Admission.Telemetry;

namespace Promoter.Admission.Status;

/// <summary>What <c>GET /status</c> says about this replica.</summary>
internal sealed record StatusDocument(
    string Replica,
    bool IsReady,
    bool IsLeader,
    string? GateProblem,
    DateTimeOffset? CertificateEnds,
    int RememberedImages,
    IReadOnlyList<CopyStatus> Copies,
    IReadOnlyList<GateStatus> GatedPods,
    IReadOnlyList<RecentDecision> RecentDecisions);

/// <summary>An image on its way.</summary>
internal sealed record CopyStatus(string Image, string Phase, long BytesMoved, long? BytesMissing, string RequestedBy, DateTimeOffset Since, string Replica);

/// <summary>A pod that waits.</summary>
internal sealed record GateStatus(string Pod, DateTimeOffset Since, DateTimeOffset? Until, string? Reason);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(StatusDocument))]
internal sealed partial class StatusJson : JsonSerializerContext;
