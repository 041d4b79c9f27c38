using Promoter.Discovery;
using Promoter.Job.Hook;
using Promoter.Promotion;
using Promoter.Yaml;

namespace Promoter.Job.Tests.Hook;

public sealed class ResourceListTests
{
    private const string Envelope = """
        apiVersion: config.kubernetes.io/v1
        kind: ResourceList
        items:
        - apiVersion: apps/v1
          kind: Deployment
          metadata:
            name: web # a comment
            annotations:
              internal.config.kubernetes.io/path: 'deployment_web.yaml'
              internal.config.kubernetes.io/index: '0'
          spec:
            replicas: 0x3
        functionConfig:
          apiVersion: promoter.dev/v1alpha1
          kind: ImagePromotion
          metadata:
            name: promote
          spec:
            from: 111111111111.dkr.ecr.eu-west-1.amazonaws.com
            to: 222222222222.dkr.ecr.eu-west-1.amazonaws.com
            image: promoter:1

        """;

    [Fact]
    public void The_job_becomes_an_item_and_everything_else_stays_to_the_byte()
    {
        var answer = Run(Envelope, Given.Selection(Given.Web("v1")));

        var before = Envelope[..Envelope.IndexOf("functionConfig", StringComparison.Ordinal)];
        Assert.StartsWith(before + "- apiVersion: batch/v1\n  kind: Job\n", answer.Text, StringComparison.Ordinal);
        Assert.Contains(Envelope[before.Length..], answer.Text, StringComparison.Ordinal);
        Assert.Equal([Given.Web("v1")], HookImages.Of(Jobs(answer.Text).Single()).References);
        Assert.Equal(ExitCode.Done, answer.ExitCode);
    }

    [Fact]
    public void Running_it_again_changes_nothing()
    {
        var once = Run(Envelope, Given.Selection(Given.Web("v1"))).Text;

        Assert.Equal(once, Run(once, Given.Selection(Given.Web("v1"))).Text);
    }

    [Theory]
    [InlineData("items: []\n")]
    [InlineData("items:\n")]
    [InlineData("")]
    public void An_envelope_without_items_gets_one(string items)
    {
        var answer = Run($"apiVersion: config.kubernetes.io/v1\nkind: ResourceList\n{items}functionConfig: {{}}\n", Given.Selection(Given.Web("v1")));

        Assert.Single(Jobs(answer.Text));
    }

    [Fact]
    public void An_envelope_in_json_is_answered_with_the_same_objects()
    {
        const string Json = """{"apiVersion":"config.kubernetes.io/v1","kind":"ResourceList","items":[{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"n":"12","t":"true"}}]}""";

        var answer = Run(Json, Given.Selection(Given.Web("v1")));

        var items = Given.Parse(answer.Text).ItemsOf("items");
        Assert.Equal(2, items.Count);
        Assert.True(YamlTree.Same(Given.Parse(Json).ItemsOf("items")[0], items[0]), answer.Text);
    }

    [Fact]
    public void Messages_become_results_with_severity_object_and_field()
    {
        var id = new ManifestId("apps/v1", "Deployment", "shop", "web");
        var selection = Given.Selection(Given.Web("v1")) with { Messages = [new HookMessage(Severity.Warning, "it is a template", id, "spec.x", "{{ .v }}")] };

        var result = (YamlMapping)Given.Parse(Run(Envelope, selection).Text).ItemsOf("results").Single();

        Assert.Equal("it is a template", result.TextOf("message"));
        Assert.Equal("warning", result.TextOf("severity"));
        Assert.Equal("web", result.MapOf("resourceRef")!.TextOf("name"));
        Assert.Equal("{{ .v }}", result.MapOf("field")!.TextOf("currentValue"));
    }

    [Fact]
    public void Objects_with_the_same_identity_are_an_error_and_no_job_is_added()
    {
        var twice = Envelope.Replace("functionConfig:", "- {apiVersion: apps/v1beta1, kind: Deployment, metadata: {name: web}}\nfunctionConfig:", StringComparison.Ordinal);

        var answer = Run(twice, Given.Selection(Given.Web("v1")));

        Assert.Equal(ExitCode.Usage, answer.ExitCode);
        Assert.Contains("2 objects have this identity", answer.Text, StringComparison.Ordinal);
        Assert.Empty(Jobs(answer.Text));
    }

    [Fact]
    public void A_validator_says_which_image_the_job_lacks_and_changes_nothing()
    {
        var complete = Run(Envelope, Given.Selection(Given.Web("v1"))).Text;

        var fine = Run(complete, Given.Selection(Given.Web("v1")), checkOnly: true);
        var lacking = Run(complete, Given.Selection(Given.Web("v1"), Given.Web("v2")), checkOnly: true);

        Assert.Equal((ExitCode.Done, complete), (fine.ExitCode, fine.Text));
        Assert.Equal(ExitCode.Refused, lacking.ExitCode);
        Assert.StartsWith(complete, lacking.Text, StringComparison.Ordinal);
        Assert.Contains($"{Given.Web("v2")} is deployed and Job shop/promote-images does not promote it", lacking.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_document_beside_the_envelope_is_refused()
    {
        var failure = Assert.Throws<PromotionException>(() => Run(Envelope + "---\na: 1\n", Given.Selection()));

        Assert.Equal(ExitCode.Usage, failure.ExitCode);
    }

    [Fact]
    public void Plain_manifests_are_no_envelope()
    {
        Assert.Null(ResourceList.Of(Given.Deployment, Given.ParseAll(Given.Deployment)));
    }

    private static HookAnswer Run(string text, HookSelection selection, bool checkOnly = false) =>
        HookFunction.Run(ResourceList.Of(text, Given.ParseAll(text))!, Given.Settings, selection, checkOnly);

    private static IEnumerable<YamlMapping> Jobs(string text) => Given.Parse(text).ItemsOf("items").OfType<YamlMapping>().Where(PromotionHook.Is);
}
