using Promoter.Discovery;
using Promoter.Yaml;

namespace Promoter.Job.Hook;

/// <summary>The images that a hook Job promotes, in either of the two forms in which Jobs carry them.</summary>
/// <param name="References">As they stand there.</param>
/// <param name="InEnvironment">In variables PROMOTE_IMAGE_0, PROMOTE_IMAGE_1, … (the Kustomize component), else on the command line.</param>
internal sealed record HookImages(IReadOnlyList<string> References, bool InEnvironment)
{
    /// <summary>What the variables that carry images start with; a number follows.</summary>
    public const string Variable = "PROMOTE_IMAGE_";

    private const string Flag = "--images-from-env";

    public static HookImages Of(YamlMapping job)
    {
        var arguments = PromotionHook.Container(job)!.ItemsOf("args").OfType<YamlScalar>().Select(a => a.Text).ToList();
        return arguments.Contains(Flag)
            ? new HookImages([.. PromotionHook.Container(job)!.ItemsOf("env").OfType<YamlMapping>().Where(IsImage).Select(e => e.TextOf("value") ?? "")], InEnvironment: true)
            : new HookImages([.. arguments.Skip(1).TakeWhile(a => !a.StartsWith('-'))], InEnvironment: false);
    }

    /// <summary>The Job with these images in the form that it has.</summary>
    public static YamlMapping Replace(YamlMapping job, IReadOnlyList<string> images)
    {
        var current = Of(job);
        if (current.References.SequenceEqual(images)) return job;
        return current.InEnvironment
            ? WithContainer(job, c => c.With("env", YamlTree.List([.. c.ItemsOf("env").Where(e => !IsImage(e)), .. images.Select((image, i) => Entry(i, image))])))
            : WithContainer(job, c => c.With("args", YamlTree.List([c.ItemsOf("args")[0], .. images.Select(YamlTree.Text), .. c.ItemsOf("args").Skip(1 + current.References.Count)])));
    }

    /// <summary>A Job of this command with these images in its environment, as Kustomize needs them; it is then no longer this command's to rewrite.</summary>
    public static YamlMapping ToEnvironment(YamlMapping job, IReadOnlyList<string> images)
    {
        var metadata = job.MapOf("metadata")!;
        var annotations = new YamlMapping([.. metadata.MapOf("annotations")!.Entries.Where(e => e.Name != HookJob.GeneratedBy)], metadata.Position);
        var promoting = WithContainer(job, c => c.With("args", YamlTree.List([c.ItemsOf("args")[0], YamlTree.Text(Flag), .. c.ItemsOf("args").Skip(1)])));
        return Replace(promoting.With("metadata", metadata.With("annotations", annotations)), images);
    }

    /// <summary>The Job with another version of that container.</summary>
    public static YamlMapping WithContainer(YamlMapping job, Func<YamlMapping, YamlMapping> change)
    {
        var container = PromotionHook.Container(job)!;
        var (spec, template) = (job.MapOf("spec")!, job.MapOf("spec")!.MapOf("template")!);
        var pod = template.MapOf("spec")!;
        var containers = YamlTree.List(pod.ItemsOf("containers").Select(c => ReferenceEquals(c, container) ? change(container) : c));
        return job.With("spec", spec.With("template", template.With("spec", pod.With("containers", containers))));
    }

    private static YamlMapping Entry(int index, string image) => YamlTree.Map(("name", YamlTree.Text($"{Variable}{index}")), ("value", YamlTree.Text(image)));

    private static bool IsImage(YamlNode entry) => (entry as YamlMapping)?.TextOf("name")?.StartsWith(Variable, StringComparison.Ordinal) == true;
}
