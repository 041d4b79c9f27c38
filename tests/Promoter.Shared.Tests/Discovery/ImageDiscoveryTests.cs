using System.Text;
using Promoter.Discovery;
using Promoter.Oci;

namespace Promoter.Tests.Discovery;

public sealed class ImageDiscoveryTests
{
    [Fact]
    public void A_finding_says_where_it_stands()
    {
        var result = Find(
            """
            # Source: shop/templates/config.yaml
            apiVersion: v1
            kind: ConfigMap
            metadata:
              name: c
            ---
            # Source: shop/templates/web.yaml
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              name: web
              namespace: shop
            spec:
              template:
                spec:
                  containers:
                  - name: web
                    image: dst.example/shop/web:v1
            """);

        var finding = Assert.Single(result.Findings);
        Assert.Equal(
            new FindingLocation("m.yaml", 1, 18, 16, "apps/v1", "Deployment", "shop", "web", "$.spec.template.spec.containers[0].image")
            {
                Template = "shop/templates/web.yaml",
            },
            finding.Location);
        Assert.Equal("m.yaml:18:16: Deployment/shop/web $.spec.template.spec.containers[0].image (rendered from shop/templates/web.yaml)", finding.Location.ToString());
        Assert.Equal("dst.example/shop/web:v1", finding.Text);
    }

    [Fact]
    public void The_same_reference_in_two_places_is_two_findings_and_one_image()
    {
        var result = Find(Pod("a", "dst.example/a:1") + "---\n" + Pod("b", "dst.example/a:1"));

        Assert.Equal(2, result.Findings.Count);
        Assert.Equal(ImageReference.Parse("dst.example/a:1"), Assert.Single(result.Images));
    }

    [Theory]
    [InlineData("{{ .Values.image }}")]
    [InlineData("dst.example/a:$(params.tag)")]
    [InlineData("dst.example/a:${TAG}")]
    [InlineData("dst.example/{{workflow.parameters.name}}:1")]
    public void A_templated_value_is_reported_and_not_guessed(string image)
    {
        var result = Find(Pod("a", image));

        Assert.Empty(result.Findings);
        Assert.Equal((image, "the value is a template, and what it will be is not known here"), (result.Skipped[0].Text, result.Skipped[0].Reason));
    }

    [Theory]
    [InlineData("dst.example/Shop:1", "upper-case letters are not allowed")]
    [InlineData("dst.example/shop:1@sha256:12", "is not a digest")]
    [InlineData("https://dst.example/shop:1", "it starts with a URL scheme")]
    [InlineData("dst.example/shop: 1", "white space")]
    public void A_malformed_reference_is_a_problem_with_its_place(string image, string problem)
    {
        var found = Assert.Single(Find(Pod("a", image)).Problems);

        Assert.Contains(problem, found.Message, StringComparison.Ordinal);
        Assert.Equal("m.yaml:6:12: Pod/a $.spec.containers[0].image", found.Location.ToString());
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("")]
    [InlineData("~")]
    public void An_empty_image_is_skipped(string image)
    {
        var result = Find(Pod("a", "x").Replace("\"x\"", image, StringComparison.Ordinal));

        Assert.Equal("the image is empty", Assert.Single(result.Skipped).Reason);
        Assert.Empty(result.Problems);
    }

    [Fact]
    public void An_image_that_is_no_text_is_a_problem()
    {
        var result = Find("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{image: {repository: x, tag: y}}]}\n");

        Assert.Equal("an image reference was expected, found a map", Assert.Single(result.Problems).Message);
    }

    [Fact]
    public void Fields_of_the_user_are_found_in_kinds_that_keep_images_in_places_of_their_own()
    {
        var options = new DiscoveryOptions
        {
            Fields =
            [
                FieldSpec.Parse("monitoring.coreos.com/Prometheus/spec/image"),
                FieldSpec.Parse("/v1/ConfigMap/data/base"),
                FieldSpec.Parse("*/*/metadata/annotations/example.com\\/image"),
                FieldSpec.Parse("example.com/v2/Machine/spec/images[]"),
            ],
        };

        var result = Find(
            """
            apiVersion: monitoring.coreos.com/v1
            kind: Prometheus
            metadata: {name: p, annotations: {example.com/image: "dst.example/annotated:1"}}
            spec: {image: "dst.example/prometheus:1"}
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: c}
            data: {base: "dst.example/base:1", other: "dst.example/other:1"}
            ---
            apiVersion: example.com/v1
            kind: Machine
            metadata: {name: old}
            spec: {images: ["dst.example/old:1"]}
            ---
            apiVersion: example.com/v2
            kind: Machine
            metadata: {name: new}
            spec: {images: ["dst.example/a:1", "dst.example/b:1"]}
            """,
            options);

        Assert.Equal(
            [
                "dst.example/prometheus:1 $.spec.image",
                "dst.example/annotated:1 $.metadata.annotations['example.com/image']",
                "dst.example/base:1 $.data.base",
                "dst.example/a:1 $.spec.images[0]",
                "dst.example/b:1 $.spec.images[1]",
            ],
            result.Findings.Select(f => $"{f.Text} {f.Location.JsonPath}"));
    }

    [Fact]
    public void A_field_that_several_ways_lead_to_is_reported_once()
    {
        var options = new DiscoveryOptions { Fields = [FieldSpec.Parse("/Pod/spec/containers[]/image"), FieldSpec.Parse("*/*/spec/containers/image")] };

        Assert.Single(Find(Pod("a", "dst.example/a:1"), options).Findings);
    }

    [Theory]
    [InlineData("spec/image")]
    [InlineData("apps/deployment/spec/image")]
    [InlineData("apps/v1/Deployment")]
    [InlineData("apps/Deployment//image")]
    [InlineData("")]
    public void What_is_no_field_is_refused(string text) => Assert.Throws<FormatException>(() => FieldSpec.Parse(text));

    [Fact]
    public void Anchored_containers_are_found_in_each_place()
    {
        var result = Find(
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: a}
            spec:
              containers:
              - &base
                name: one
                image: dst.example/a:1
              - <<: *base
                name: two
              - {<<: *base, name: three, image: "dst.example/b:1"}
            """);

        Assert.Equal(["dst.example/a:1", "dst.example/a:1", "dst.example/b:1"], result.Findings.Select(f => f.Text));
        Assert.Equal("$.spec.containers[1].image", result.Findings[1].Location.JsonPath);
    }

    [Fact]
    public void Selecting_a_rollout_selects_the_workload_that_it_refers_to()
    {
        const string manifests =
            """
            apiVersion: argoproj.io/v1alpha1
            kind: Rollout
            metadata: {name: web, labels: {app: web}}
            spec: {workloadRef: {apiVersion: apps/v1, kind: Deployment, name: web}}
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web}
            spec: {template: {spec: {containers: [{image: "dst.example/web:1"}]}}}
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: other}
            spec: {template: {spec: {containers: [{image: "dst.example/other:1"}]}}}
            """;

        var result = Find(manifests, new DiscoveryOptions { Selection = new DiscoverySelection { Labels = LabelSelector.Parse("app=web") } });

        Assert.Equal("dst.example/web:1", Assert.Single(result.Findings).Text);
    }

    [Fact]
    public void Rollouts_that_refer_to_each_other_in_a_circle_are_a_problem()
    {
        static string Rollout(string name, string target) =>
            $"apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {{name: {name}}}\n"
            + $"spec: {{workloadRef: {{apiVersion: argoproj.io/v1alpha1, kind: Rollout, name: {target}}}}}\n---\n";

        var problems = Find(Rollout("a", "b") + Rollout("b", "c") + Rollout("c", "a") + Rollout("self", "self")).Problems;

        Assert.Equal(4, problems.Count);
        Assert.All(problems, p => Assert.Contains("leads back to Rollout/", p.Message, StringComparison.Ordinal));
        Assert.Equal("$.spec.workloadRef", problems[0].Location.JsonPath);
    }

    [Theory]
    [InlineData("app=web", new[] { "web" })]
    [InlineData("app==web,tier!=cache", new[] { "web" })]
    [InlineData("app!=web", new[] { "db", "bare" })]
    [InlineData("app in (web, db)", new[] { "web", "db" })]
    [InlineData("app notin (web)", new[] { "db", "bare" })]
    [InlineData("app", new[] { "web", "db" })]
    [InlineData("!app", new[] { "bare" })]
    [InlineData("tier in (front,back),app=web", new[] { "web" })]
    [InlineData("", new[] { "web", "db", "bare" })]
    public void Objects_are_selected_by_label(string selector, string[] names)
    {
        var manifests = Pod("web", "dst.example/web:1", "labels: {app: web, tier: front}") + "---\n"
            + Pod("db", "dst.example/db:1", "labels: {app: db}") + "---\n" + Pod("bare", "dst.example/bare:1");

        var result = Find(manifests, new DiscoveryOptions { Selection = new DiscoverySelection { Labels = LabelSelector.Parse(selector) } });

        Assert.Equal(names, result.Findings.Select(f => f.Location.Name));
    }

    [Theory]
    [InlineData("=a")]
    [InlineData("a in b")]
    [InlineData("a=b,,c")]
    [InlineData("a>3")]
    public void What_is_no_label_selector_is_refused(string text) => Assert.Throws<FormatException>(() => LabelSelector.Parse(text));

    [Fact]
    public void Objects_are_selected_by_namespace_and_kind_and_images_by_glob()
    {
        var manifests = Pod("a", "dst.example:5000/shop/a:1", "namespace: shop") + "---\n" + Pod("b", "dst.example:5000/shop/b:1", "namespace: other") + "---\n"
            + Pod("c", "nginx:1") + "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\n"
            + "spec: {template: {spec: {containers: [{image: 'dst.example:5000/d:1'}]}}}\n";

        string[] Names(DiscoverySelection selection) =>
            [.. Find(manifests, new DiscoveryOptions { Selection = selection }).Findings.Select(f => f.Location.Name)];

        Assert.Equal(["a", "c", "d"], Names(new DiscoverySelection { Namespaces = ["shop"] }));
        Assert.Equal(["d"], Names(new DiscoverySelection { Kinds = ["deployment"] }));
        Assert.Equal(["d"], Names(new DiscoverySelection { Kinds = ["Deployment.apps"] }));
        Assert.Equal(["a", "b"], Names(new DiscoverySelection { Images = [Glob.Parse("shop/*")] }));
        Assert.Equal(["a", "b", "d"], Names(new DiscoverySelection { Images = [Glob.ParseName("dst.example:5000/**")] }));
    }

    [Fact]
    public void A_kustomization_and_what_is_no_object_are_skipped_with_the_reason()
    {
        var result = Find("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nimages: [{name: a, newTag: b}]\n---\nreplicas: 3\n---\n- 1\n");

        Assert.Equal("a Kustomization is not rendered here: read its directory with -k", result.Skipped[0].Reason);
        Assert.All(result.Skipped.Skip(1), s => Assert.Equal("this is not a Kubernetes object: it has no apiVersion and kind", s.Reason));
        Assert.Equal(3, result.Skipped.Count);
    }

    [Fact]
    public void A_text_with_broken_YAML_inside_an_object_is_a_problem()
    {
        var result = Find(
            "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: w}\nspec:\n  templates:\n  - resource:\n      manifest: '{a: ['\n");

        var problem = Assert.Single(result.Problems);
        Assert.StartsWith("the text is not YAML: ", problem.Message, StringComparison.Ordinal);
        Assert.Equal("$.spec.templates[0].resource.manifest", problem.Location.JsonPath);
    }

    [Fact]
    public void Ten_thousand_documents_are_read_completely()
    {
        var text = new StringBuilder();
        for (var i = 0; i < 10_000; i++) text.Append(Pod($"p{i}", $"dst.example/app-{i}:v{i}")).Append("---\n");

        var result = Find(text.ToString());

        Assert.Equal(10_000, result.Images.Count);
        Assert.Equal(9_999, result.Findings[^1].Location.DocumentIndex);
    }

    private static string Pod(string name, string image, string metadata = "annotations: {}") =>
        $"apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, {metadata}}}\nspec:\n  containers:\n  - image: \"{image}\"\n";

    private static DiscoveryResult Find(string manifests, DiscoveryOptions? options = null) =>
        ImageDiscovery.Find(ManifestStream.Read("m.yaml", Encoding.UTF8.GetBytes(manifests)), options);
}
