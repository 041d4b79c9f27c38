namespace Promoter.Admission.Configuration;

/// <summary>What to do about a pod whose image the target does not have yet. The image is brought in every case.</summary>
internal enum MissingAnswer
{
    /// <summary>Wait where the copy is short, gate where it is not, and where a gate is not possible <see cref="AdmissionConfig.CannotGate"/>.</summary>
    Auto,

    /// <summary>Wait for the copy as long as the API server does.</summary>
    Inline,

    /// <summary>Let the pod be created, unscheduled until the image is there.</summary>
    Gate,

    /// <summary>Let the pod use the source's image this time.</summary>
    Source,

    /// <summary>Refuse the pod; its controller tries again.</summary>
    Deny,

    /// <summary>Let the pod pass; the kubelet tries to pull until the image is there.</summary>
    Allow,
}
