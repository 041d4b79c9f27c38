using Promoter.Job.Hook;
using Promoter.Promotion;
using Promoter.Promotion.Configuration;

namespace Promoter.Job.Tests.Hook;

public sealed class HookSettingsTests
{
    [Fact]
    public void Our_own_kind_and_a_config_map_say_the_same()
    {
        var own = Read("""
            apiVersion: promoter.dev/v1alpha1
            kind: ImagePromotion
            spec: {from: a.example, to: b.example, image: "promoter:1", shards: 3, annotations: {x: "y"}}
            """);
        var map = Read("""
            apiVersion: v1
            kind: ConfigMap
            data: {from: a.example, to: b.example, image: "promoter:1", shards: "3", annotations: "x: 'y'"}
            """);

        Assert.Equal(own with { Annotations = map.Annotations }, map);
        Assert.Equal("y", map.Annotations["x"]);
    }

    [Theory]
    [InlineData("apiVersion: v1\nkind: Secret\n", "v1 Secret cannot configure this function")]
    [InlineData("apiVersion: promoter.dev/v1\nkind: ImagePromotion\n", "cannot configure this function")]
    [InlineData("apiVersion: promoter.dev/v1alpha1\nkind: ImagePromotion\nspec: {shard: 3}\n", "did you mean 'shards'?")]
    [InlineData("apiVersion: v1\nkind: ConfigMap\ndata: {shards: many}\n", "must be a whole number")]
    public void What_cannot_be_a_configuration_is_refused_with_the_place(string yaml, string reason)
    {
        var failure = Assert.Throws<ConfigException>(() => Read(yaml));

        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
        Assert.StartsWith("fn.yaml:", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Variables_in_names_come_from_the_environment_and_an_unset_one_is_named()
    {
        var settings = Given.Settings with { Name = "promote-${ARGOCD_APP_NAME}" };

        Assert.Equal("promote-shop", settings.Completed(v => v == "ARGOCD_APP_NAME" ? "shop" : null).Name);
        var failure = Assert.Throws<PromotionException>(() => settings.Completed(_ => null));
        Assert.Contains("ARGOCD_APP_NAME, which is not set", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(63, 1, true)]
    [InlineData(64, 1, false)]
    [InlineData(61, 10, true)]
    [InlineData(62, 10, false)]
    [InlineData(61, 11, false)]
    public void A_name_leaves_room_for_the_number_of_its_pods(int length, int shards, bool valid)
    {
        var settings = Given.Settings with { Name = new string('a', length), Shards = shards };

        if (valid) Assert.Equal(settings.Name, settings.Completed(_ => null).Name);
        else Assert.Contains("shorten it to", Assert.Throws<PromotionException>(() => settings.Completed(_ => null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_whole_configuration_travels_in_the_job_and_gives_the_rules()
    {
        var settings = Read("""
            apiVersion: promoter.dev/v1alpha1
            kind: ImagePromotion
            spec:
              image: promoter:1
              config:
                rules: [{name: apps, source: a.example, target: b.example}]
            """);

        Assert.Equal("apps", settings.Rules().Rules.Single().Name);
        var job = Given.Parse(BlockYaml.Write(HookJob.Build(settings, null, ["b.example/x:1"])));
        var carried = job.MapOf("spec")!.MapOf("template")!.MapOf("metadata")!.MapOf("annotations")!.TextOf(HookJob.ConfigAnnotation)!;
        Assert.Equal("apps", PromotionConfigFile.Read("carried", carried, ConfigEnvironment.Empty, ".").Rules.Single().Name);
    }

    [Fact]
    public void Without_rules_nothing_can_be_selected()
    {
        var failure = Assert.Throws<PromotionException>(() => new HookSettings { To = RegistryPrefix.Parse("b.example") }.Rules());

        Assert.Contains("Where do images come from?", failure.Message, StringComparison.Ordinal);
    }

    private static HookSettings Read(string yaml) => HookSettingsReader.Read(Given.Parse(yaml), "fn.yaml", ".");
}
