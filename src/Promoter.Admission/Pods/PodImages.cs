using System.Text.Json;
using Promoter.Admission.Reviews;

namespace Promoter.Admission.Pods;

/// <summary>Lists every field of a pod that names an image: containers, init containers (native sidecars are those), ephemeral containers, image volumes.</summary>
internal static class PodImages
{
    /// <summary>The images of a pod that is being created.</summary>
    public static IReadOnlyList<PodImage> List(JsonElement pod)
    {
        var spec = pod.Member("spec");
        var images = new List<PodImage>();
        AddContainers(images, spec, "containers", ImageField.Container);
        AddContainers(images, spec, "initContainers", ImageField.InitContainer);
        var index = 0;
        foreach (var volume in spec.Items("volumes"))
        {
            if (volume.Member("image").Text("reference") is { Length: > 0 } text) images.Add(new PodImage(ImageField.ImageVolume, index, volume.Text("name") ?? "", text));
            index++;
        }

        return images;
    }

    /// <summary>The images of the ephemeral containers that an update adds; those that are there already may not change (validation.go, ValidatePodEphemeralContainersUpdate).</summary>
    public static IReadOnlyList<PodImage> ListAddedEphemeral(JsonElement pod, JsonElement oldPod)
    {
        var present = new HashSet<string>(StringComparer.Ordinal);
        foreach (var container in oldPod.Member("spec").Items("ephemeralContainers")) present.Add(container.Text("name") ?? "");
        var images = new List<PodImage>();
        AddContainers(images, pod.Member("spec"), "ephemeralContainers", ImageField.EphemeralContainer);
        images.RemoveAll(image => present.Contains(image.Name));
        return images;
    }

    private static void AddContainers(List<PodImage> images, JsonElement spec, string list, ImageField field)
    {
        var index = 0;
        foreach (var container in spec.Items(list))
        {
            if (container.Text("image") is { Length: > 0 } text) images.Add(new PodImage(field, index, container.Text("name") ?? "", text));
            index++;
        }
    }
}
