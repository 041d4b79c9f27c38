namespace Promoter.Admission.Gates;

/// <summary>Running pods that got an ephemeral container. They can wait for its image, and are not among those that have not started.</summary>
internal interface IDebuggedPods
{
    /// <summary>Has a pod looked after until its ephemeral containers have started. Returns at once.</summary>
    void Add(string ns, string name);
}

/// <summary>Without Kubernetes no pod can be seen.</summary>
internal sealed class NoDebuggedPods : IDebuggedPods
{
    public void Add(string ns, string name)
    {
        // Nobody could be asked how the pod is.
    }
}
