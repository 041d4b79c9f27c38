using System.Security.Cryptography;
using System.Text;

namespace Promoter.Admission.Replicas;

/// <summary>The names of our Leases and of what they carry.</summary>
internal static class LeaseMarks
{
    public const string ManagedBy = "app.kubernetes.io/managed-by";
    public const string Manager = "promoter-admission";

    /// <summary>Label: what the Lease is for.</summary>
    public const string Kind = "promoter.dev/lease";
    public const string Promotion = "promotion";
    public const string Leader = "leader";
    public const string Debugged = "debugged";
    public const string Quota = "quota";

    /// <summary>The Lease of the replica that removes gates; its renewals are the heartbeat without which none is set.</summary>
    public const string LeaderName = "promoter-admission-gates";

    public const string Target = "promoter.dev/target";
    public const string Source = "promoter.dev/source";
    public const string Requester = "promoter.dev/requester";
    public const string Phase = "promoter.dev/phase";
    public const string BytesMoved = "promoter.dev/bytes-moved";

    /// <summary>Bytes that have to cross.</summary>
    public const string Bytes = "promoter.dev/bytes";

    /// <summary>What was brought for a namespace within the hour.</summary>
    public const string Used = "promoter.dev/used";

    /// <summary>Namespace and name of a pod.</summary>
    public const string Pod = "promoter.dev/pod";

    /// <summary>The Lease of one digest in one target repository.</summary>
    public static string NameOf(string key) => $"promote-{Hash(key)}";

    /// <summary>The Lease that notes a pod with an ephemeral container.</summary>
    public static string DebuggedNameOf(string ns, string name) => $"debugged-{Hash($"{ns}/{name}")}";

    /// <summary>The Lease in which replicas count what they brought for a namespace.</summary>
    public static string QuotaNameOf(string ns) => $"quota-{Hash(ns)}";

    public static Dictionary<string, string> Labels(string kind) => new(StringComparer.Ordinal) { [ManagedBy] = Manager, [Kind] = kind };

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..40];
}
