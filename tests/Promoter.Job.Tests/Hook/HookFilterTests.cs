using FsCheck;
using FsCheck.Fluent;
using Promoter.Discovery;
using Promoter.Job.Hook;
using Promoter.Promotion;

namespace Promoter.Job.Tests.Hook;

public sealed class HookFilterTests
{
    [Fact]
    public void The_job_is_appended_and_every_line_of_the_manifests_stays_as_it_was()
    {
        var output = Given.Apply(Given.Deployment, Given.Settings, Given.Web("v1"));

        Assert.StartsWith(Given.Deployment + "---\napiVersion: batch/v1\nkind: Job\n", output, StringComparison.Ordinal);
        Assert.Equal([Given.Web("v1")], HookImages.Of(Given.JobOf(output)).References);
    }

    [Fact]
    public void The_job_goes_to_the_namespace_of_the_workloads_unless_the_settings_name_another()
    {
        Assert.Equal("shop", Given.JobOf(Given.Apply(Given.Deployment, Given.Settings, Given.Web("v1"))).MapOf("metadata")!.TextOf("namespace"));
        Assert.Equal("ops", Given.JobOf(Given.Apply(Given.Deployment, Given.Settings with { Namespace = "ops" }, Given.Web("v1"))).MapOf("metadata")!.TextOf("namespace"));
    }

    [Fact]
    public void Running_it_again_changes_nothing()
    {
        var once = Given.Apply(Given.Deployment, Given.Settings, Given.Web("v1"), Given.Web("v2"));

        Assert.Equal(once, Given.Apply(once, Given.Settings, Given.Web("v1"), Given.Web("v2")));
    }

    [Fact]
    public void Another_image_replaces_the_arguments_and_leaves_comments_and_foreign_fields_alone()
    {
        var first = Given.Apply(Given.Deployment, Given.Settings, Given.Web("v1"))
            .Replace("metadata:\n  name: promote-images\n", "metadata:\n  name: promote-images # ours\n", StringComparison.Ordinal)
            .Replace("  annotations:\n    argocd", "  annotations:\n    example.com/owner: team-a # who to ask\n    argocd", StringComparison.Ordinal);

        var second = Given.Apply(first, Given.Settings, Given.Web("v2"), Given.Web("v3"));

        var changed = second.Split('\n').Except(first.Split('\n'));
        Assert.Equal([$"            - {Given.Web("v2")}", $"            - {Given.Web("v3")}"], changed);
        Assert.Equal([$"            - {Given.Web("v1")}"], first.Split('\n').Except(second.Split('\n')));
    }

    [Fact]
    public void Changed_settings_reach_a_job_that_was_generated_and_foreign_annotations_survive()
    {
        var first = Given.Apply(Given.Deployment, Given.Settings with { Shards = 3 }, Given.Web("v1"))
            .Replace("  annotations:\n    argocd", "  annotations:\n    example.com/owner: team-a\n    argocd", StringComparison.Ordinal);

        var job = Given.JobOf(Given.Apply(first, Given.Settings with { ActiveDeadlineSeconds = 60 }, Given.Web("v1")));

        Assert.Equal("60", job.MapOf("spec")!.TextOf("activeDeadlineSeconds"));
        Assert.Equal("team-a", job.MapOf("metadata")!.MapOf("annotations")!.TextOf("example.com/owner"));
        Assert.Null(job.MapOf("spec")!["completions"]);
        Assert.DoesNotContain("--shards", PromotionHook.Container(job)!.ItemsOf("args").Select(a => a.ToString()));
    }

    [Fact]
    public void In_a_job_that_someone_else_wrote_only_the_images_change()
    {
        const string Foreign = """
            apiVersion: batch/v1
            kind: Job
            metadata:
              name: promote-images
            spec:
              activeDeadlineSeconds: 42   # measured
              template:
                spec:
                  containers:
                  - name: promote
                    image: promoter
                    args: [promote, --images-from-env]
                    env:
                    - name: OTHER
                      value: kept
                    - name: PROMOTE_IMAGE_0
                      value: old:1
                  restartPolicy: Never
            """;

        var output = Given.Apply(Foreign, Given.Settings, Given.Web("v1"), Given.Web("v2"));

        Assert.Equal(
            Foreign.Replace("          value: old:1\n", $"          value: {Given.Web("v1")}\n        - name: PROMOTE_IMAGE_1\n          value: {Given.Web("v2")}\n", StringComparison.Ordinal),
            output);
    }

    [Fact]
    public void In_a_job_that_someone_else_wrote_an_image_takes_the_place_of_another()
    {
        var generated = Given.Apply("", Given.Settings, Given.Web("v1"));
        var foreign = string.Join('\n', generated.Split('\n').Where(line => !line.Contains(HookJob.GeneratedBy, StringComparison.Ordinal)));

        var output = Given.Apply(foreign, Given.Settings, Given.Web("v2"));

        Assert.Equal(foreign.Replace(Given.Web("v1"), Given.Web("v2"), StringComparison.Ordinal), output);
    }

    [Fact]
    public void A_job_inside_a_list_is_updated_where_it_stands()
    {
        var job = BlockYaml.Write(HookJob.Build(Given.Settings, "shop", [Given.Web("v1")]), indentSequences: false);
        var list = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: a}\n" + HookUpdate.Indented(job, "- ", 2) + "# the end\n";

        var output = Given.Apply(list, Given.Settings with { BackoffLimit = 0 }, Given.Web("v2"));

        Assert.StartsWith("apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: a}\n- apiVersion: batch/v1\n", output, StringComparison.Ordinal);
        Assert.EndsWith("# the end\n", output, StringComparison.Ordinal);
        var updated = ManifestEntries.Of(Given.ParseAll(output)).Single(o => PromotionHook.Is(o.Manifest)).Manifest;
        Assert.Equal([Given.Web("v2")], HookImages.Of(updated).References);
        Assert.Equal("0", updated.MapOf("spec")!.TextOf("backoffLimit"));
    }

    [Theory]
    [InlineData("\r\n", "")]
    [InlineData("\n", "\uFEFF")]
    [InlineData("\r\n", "\uFEFF")]
    public void Line_endings_and_byte_order_marks_stay(string newLine, string mark)
    {
        var text = mark + Given.Deployment.ReplaceLineEndings(newLine);

        var once = Given.Apply(text, Given.Settings, Given.Web("v1"));
        var twice = Given.Apply(once, Given.Settings, Given.Web("v2"));

        Assert.StartsWith(text, twice, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', twice.Replace(newLine, "", StringComparison.Ordinal));
    }

    [Fact]
    public void A_text_without_a_final_line_end_and_with_an_end_marker_keeps_its_documents_apart()
    {
        foreach (var text in (string[])["a: 1", "a: 1\n...\n", "--- {a: 1}", "# only a comment"])
        {
            var output = Given.Apply(text, Given.Settings, Given.Web("v1"));

            Assert.Equal(Promoter.Yaml.YamlReader.Read("t", text).Count(d => d.Root is not null) + 1, Given.ParseAll(output).Count);
        }
    }

    [Fact]
    public void Two_hook_jobs_without_the_given_name_are_an_error_that_names_both()
    {
        var two = BlockYaml.Write(HookJob.Build(Given.Settings with { Name = "a" }, null, ["x"])) + "---\n" + BlockYaml.Write(HookJob.Build(Given.Settings with { Name = "b" }, null, ["x"]));

        var failure = Assert.Throws<PromotionException>(() => Given.Apply(two, Given.Settings, Given.Web("v1")));

        Assert.Contains("Job a, Job b", failure.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, failure.ExitCode);
    }

    [Fact]
    public void For_any_settings_and_images_the_text_reads_back_as_the_job_that_was_meant()
    {
        var tags = Gen.Elements("1", "1.10", "0x1f", "v1", "yes", "1e3", "007");
        var settings = from shards in Gen.Choose(1, 3)
                       from label in Gen.Elements("a", "true", "12:30", "", "null", "- x", "a: b", "#", "\"q\"", "line\nline")
                       from count in Gen.Choose(1, 4)
                       from tag in tags
                       select (Settings: Given.Settings with { Shards = shards, Annotations = new Dictionary<string, string> { ["x"] = label } }, Images: Enumerable.Range(0, count).Select(i => Given.Web(tag + i)).ToList());

        Prop.ForAll(settings.ToArbitrary(), given =>
        {
            var meant = HookJob.Build(given.Settings, "shop", given.Images);

            var read = Given.Parse(BlockYaml.Write(meant));

            return YamlTree.Same(meant, read).Label(BlockYaml.Write(meant));
        }).QuickCheckThrowOnFailure();
    }
}
