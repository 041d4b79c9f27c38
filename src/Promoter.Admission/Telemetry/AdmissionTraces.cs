using System.Diagnostics;

namespace Promoter.Admission.Telemetry;

/// <summary>The webhook's spans.</summary>
internal static class AdmissionTraces
{
    public static readonly ActivitySource Source = new(AdmissionMeters.Name);
}
