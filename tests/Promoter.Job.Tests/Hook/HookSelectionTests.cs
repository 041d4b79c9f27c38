using Promoter.Discovery;
using Promoter.Job.Hook;
using Promoter.Oci;
using Promoter.Promotion;
using Promoter.Promotion.Configuration;

namespace Promoter.Job.Tests.Hook;

public sealed class HookSelectionTests
{
    private static readonly PromotionRules Rules = PromotionRules.FromFlags(Given.Source, Given.Target);

    [Fact]
    public void Images_of_the_target_are_selected_once_and_in_order()
    {
        var selection = Select([Given.Image(Given.Web("v2")), Given.Image("nginx"), Given.Image(Given.Web("v1")), Given.Image(Given.Web("v2"))]);

        Assert.Equal([Given.Web("v2"), Given.Web("v1")], selection.Images);
        Assert.Equal("shop", selection.Namespace);
        Assert.Equal(Severity.Info, Assert.Single(selection.Messages).Severity);
    }

    [Fact]
    public void Workloads_in_two_namespaces_leave_the_namespace_open()
    {
        Assert.Null(Select([Given.Image(Given.Web("v2")), Given.Image(Given.Web("v1"), "other")]).Namespace);
    }

    [Fact]
    public void A_value_that_is_no_reference_is_reported_and_never_guessed()
    {
        var skipped = new SkippedField("{{ .Values.image }}", "it is a template", Given.Image(Given.Web("v1")).Location);

        var selection = HookSelection.Of(new DiscoveryResult([], [skipped], []), Rules, _ => false);

        Assert.Empty(selection.Images);
        Assert.Equal(Severity.Warning, Assert.Single(selection.Messages).Severity);
        Assert.Equal(ExitCode.Done, selection.ExitCode);
    }

    [Fact]
    public void A_malformed_reference_stops_the_build()
    {
        var problem = new DiscoveryProblem("'a b' is not an image reference", Given.Image(Given.Web("v1")).Location);

        Assert.Equal(ExitCode.Usage, HookSelection.Of(new DiscoveryResult([], [], [problem]), Rules, _ => false).ExitCode);
    }

    [Fact]
    public void The_hook_jobs_own_image_is_not_for_it_to_promote()
    {
        var selection = HookSelection.Of(new DiscoveryResult([Given.Image(Given.Web("v1"))], [], []), Rules, id => id.Name == "web");

        Assert.Empty(selection.Images);
    }

    [Fact]
    public void An_image_of_two_rules_stops_the_build()
    {
        var rule = Rules.Rules[0];

        var selection = Select([Given.Image(Given.Web("v1"))], new PromotionRules([rule with { Name = "a" }, rule with { Name = "b" }]));

        Assert.Equal(ExitCode.Usage, selection.ExitCode);
        Assert.Contains("covered by 2 rules", Assert.Single(selection.Messages).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tag_that_the_rule_refuses_stops_the_build()
    {
        var rule = Rules.Rules[0] with { Tags = new TagPolicy { Deny = [Glob.Parse("latest")] } };

        Assert.Equal(ExitCode.Refused, Select([Given.Image(Given.Web("latest"))], new PromotionRules([rule])).ExitCode);
    }

    private static HookSelection Select(IReadOnlyList<ImageFinding> found, PromotionRules? rules = null) => HookSelection.Of(new DiscoveryResult(found, [], []), rules ?? Rules, _ => false);
}
