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

/// <summary>What to do where waiting is not possible.</summary>
internal enum FallbackAnswer
{
    Allow,
    Source,
    Deny,
}

/// <summary>What to do when a registry does not say whether it has an image.</summary>
internal enum FaultAnswer
{
    Allow,
    Source,
    Deny,

    /// <summary>Hold the pod back and go on trying; where a gate is not possible <see cref="AdmissionConfig.CannotGate"/>.</summary>
    Gate,
}

/// <summary>What happens to a pod that has waited behind its gate for too long.</summary>
internal enum DeadlineAnswer
{
    /// <summary>Release it as it is: the kubelet tries to pull, and says why it cannot.</summary>
    Ungate,

    /// <summary>Put the source's references into its containers and release it.</summary>
    Source,

    /// <summary>Leave it gated and say so.</summary>
    Keep,
}
