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
/// <param name="Name">Name of the container or volume.</param>
/// <param name="Pointer">JSON pointer of the text.</param>
internal readonly record struct PodImage(ImageField Field, string Name, string Pointer, string Text);
