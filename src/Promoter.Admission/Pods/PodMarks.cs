namespace Promoter.Admission.Pods;

/// <summary>The names by which we mark pods.</summary>
internal static class PodMarks
{
    /// <summary>The scheduling gate of a pod whose image is on its way.</summary>
    public const string Gate = "promoter.dev/image-pending";

    /// <summary>Label of gated pods: gates cannot be selected by, labels can.</summary>
    public const string GateLabel = "promoter.dev/gate";

    public const string Pending = "pending";
    public const string Released = "released";

    /// <summary>Annotation: when a gated pod is released whether its image is there or not (RFC 3339).</summary>
    public const string GatedUntil = "promoter.dev/gated-until";

    /// <summary>Annotation: what the pod's author wrote, where we wrote something else; a JSON object from JSON pointers to references.</summary>
    public const string OriginalImages = "promoter.dev/original-images";

    /// <summary>Annotation: whoever sets it to <c>true</c> wants the pod left alone; heeded only where the configuration allows it.</summary>
    public const string Ignore = "promoter.dev/ignore";

    /// <summary>The type of the condition that gated pods carry.</summary>
    public const string Condition = "promoter.dev/ImagesPromoted";

    /// <summary>Set by the kubelet on its static pods' mirrors: changing those makes them vanish from the API.</summary>
    public const string Mirror = "kubernetes.io/config.mirror";
}
