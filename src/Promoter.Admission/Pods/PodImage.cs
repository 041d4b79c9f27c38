using static System.FormattableString;

namespace Promoter.Admission.Pods;

/// <summary>Where in a pod an image stands.</summary>
internal enum ImageField
{
    Container,
    InitContainer,
    EphemeralContainer,
    ImageVolume,
}

/// <summary>One image field of a pod.</summary>
/// <param name="Index">Position in its list.</param>
/// <param name="Name">Name of the container or volume.</param>
internal readonly record struct PodImage(ImageField Field, int Index, string Name, string Text)
{
    /// <summary>JSON pointer of the text.</summary>
    public string Pointer => Field switch
    {
        ImageField.Container => Invariant($"/spec/containers/{Index}/image"),
        ImageField.InitContainer => Invariant($"/spec/initContainers/{Index}/image"),
        ImageField.EphemeralContainer => Invariant($"/spec/ephemeralContainers/{Index}/image"),
        _ => Invariant($"/spec/volumes/{Index}/image/reference"),
    };
}
