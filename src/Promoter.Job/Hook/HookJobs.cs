using Promoter.Discovery;
using Promoter.Promotion;
using Promoter.Yaml;

namespace Promoter.Job.Hook;

/// <summary>Finds the hook Job among objects.</summary>
internal static class HookJobs
{
    /// <summary>Every hook Job, whoever wrote it.</summary>
    public static IEnumerable<ManifestEntry> All(IEnumerable<ManifestEntry> objects) => objects.Where(o => PromotionHook.Is(o.Manifest));

    /// <summary>The one that the settings mean: by its name, else the only one there is; null where there is none.</summary>
    /// <exception cref="PromotionException">There are several, and none has the name.</exception>
    public static ManifestEntry? Existing(IEnumerable<ManifestEntry> objects, HookSettings settings)
    {
        var jobs = All(objects).ToList();
        if (jobs.Find(j => j.Id.Name == settings.Name) is { } named) return named;
        return jobs.Count <= 1
            ? jobs.FirstOrDefault()
            : throw new PromotionException(ExitCode.Usage, $"there are {jobs.Count} hook Jobs ({string.Join(", ", jobs.Select(j => j.Id))}): say which one to update with --name or spec.name");
    }

    /// <summary>The Job as it has to be; the same instance where it is so already.</summary>
    public static YamlMapping Updated(YamlMapping job, HookSettings settings, string? ns, IReadOnlyList<string> images)
    {
        // A Job that someone else wrote needs no settings but the images.
        if (!HookUpdate.IsGenerated(job)) return HookUpdate.Of(job, images);
        var name = job.MapOf("metadata")?.TextOf("name") ?? settings.Name;
        var image = settings.Image ?? PromotionHook.Container(job)?.TextOf("image");
        return HookUpdate.Of(job, HookJob.Build(settings with { Name = name, Image = image }, ns, images));
    }
}
