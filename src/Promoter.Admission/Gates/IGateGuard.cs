namespace Promoter.Admission.Gates;

/// <summary>Says whether a gate that is set now will be removed again. With Kubernetes that is for the heartbeat to say; without, never.</summary>
internal interface IGateGuard
{
    /// <summary>Why no gate may be set; null where one may.</summary>
    string? Problem { get; }
}

/// <summary>Where nobody could remove a gate.</summary>
internal sealed class NoGates : IGateGuard
{
    public string Problem => "this process has no access to Kubernetes";
}
