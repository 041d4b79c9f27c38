using Promoter.Admission.Configuration;
using Promoter.Admission.Decisions;
using Promoter.Admission.OnDemand;

namespace Promoter.Admission.Hosting;

/// <summary>One reading of the configuration file, and what was made of it.</summary>
internal sealed record AdmissionSettings(AdmissionConfig Config, ImagePairing Pairing, IPromotionEngine Engine);

/// <summary>What the process works with now; replaced as a whole when the configuration changes.</summary>
/// <param name="ownNamespace">Whose pods are left alone; empty outside a cluster.</param>
internal sealed class AdmissionState(AdmissionSettings settings, string ownNamespace)
{
    private volatile AdmissionSettings _current = settings;

    public AdmissionSettings Current
    {
        get => _current;
        set => _current = value;
    }

    /// <summary>Whether the pods of a namespace are left alone.</summary>
    public bool IsExcluded(string ns) => string.Equals(ns, ownNamespace, StringComparison.Ordinal) || Current.Config.ExcludeNamespaces.Contains(ns, StringComparer.Ordinal);
}
