using Promoter.Oci;

namespace Promoter.Job.Hook;

/// <summary>Whether the hook Jobs of a build promote every image that its rules cover.</summary>
internal static class HookCheck
{
    public static IEnumerable<HookMessage> Of(IReadOnlyList<ManifestEntry> objects, HookSelection selection)
    {
        var jobs = HookJobs.All(objects).ToList();
        var promoted = jobs.SelectMany(j => HookImages.Of(j.Manifest).References).Select(Normal).ToHashSet(StringComparer.Ordinal);
        var missing = selection.Images.Where(image => !promoted.Contains(image)).ToList();
        foreach (var image in missing)
        {
            yield return new HookMessage(
                Severity.Error,
                jobs.Count == 0
                    ? $"{image} is deployed and no hook Job promotes it: add one with promoter hook, the chart or the component"
                    : $"{image} is deployed and {string.Join(", ", jobs.Select(j => j.Id))} does not promote it: run promoter hook, or add it to the Job",
                Value: image);
        }

        foreach (var image in promoted.Where(p => !selection.Images.Contains(p)))
        {
            yield return new HookMessage(Severity.Warning, $"the hook Job promotes {image}, which nothing in the build deploys", jobs[0].Id, Value: image);
        }
    }

    private static string Normal(string text) => ImageReference.TryParse(text, out var reference) ? reference.ToString() : text;
}
