namespace Promoter.Admission.Configuration;

/// <summary>What to do when a registry does not say whether it has an image.</summary>
internal enum FaultAnswer
{
    Allow,
    Source,
    Deny,

    /// <summary>Hold the pod back and go on trying; where a gate is not possible <see cref="AdmissionConfig.CannotGate"/>.</summary>
    Gate,
}
