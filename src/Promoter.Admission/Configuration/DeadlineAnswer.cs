namespace Promoter.Admission.Configuration;

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
