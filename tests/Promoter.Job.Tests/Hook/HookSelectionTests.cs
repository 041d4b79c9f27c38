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
        var selection = HookSelection.Of([Given.Image(Given.Web("v2")), Given.Image("nginx"), Given.Image(Given.Web("v1")), Given.Image(Given.Web("v2"))], Rules);

        Assert.Equal([Given.Web("v2"), Given.Web("v1")], selection.Images);
        Assert.Equal("shop", selection.Namespace);
        Assert.Equal(Severity.Info, Assert.Single(selection.Messages).Severity);
    }

    [Fact]
    public void Workloads_in_two_namespaces_leave_the_namespace_open()
    {
        Assert.Null(HookSelection.Of([Given.Image(Given.Web("v2")), Given.Image(Given.Web("v1"), "other")], Rules).Namespace);
    }

    [Fact]
    public void A_value_that_is_no_reference_is_reported_and_never_guessed()
    {
        var image = Given.Image(Given.Web("v1")) with { Text = "{{ .Values.image }}", Reference = null, Problem = "it is a template" };

        var selection = HookSelection.Of([image], Rules);

        Assert.Empty(selection.Images);
        Assert.Equal(Severity.Warning, Assert.Single(selection.Messages).Severity);
        Assert.Equal(ExitCode.Done, selection.ExitCode);
    }

    [Fact]
    public void An_image_of_two_rules_stops_the_build()
    {
        var rule = Rules.Rules[0];

        var selection = HookSelection.Of([Given.Image(Given.Web("v1"))], new PromotionRules([rule with { Name = "a" }, rule with { Name = "b" }]));

        Assert.Equal(ExitCode.Usage, selection.ExitCode);
        Assert.Contains("covered by 2 rules", Assert.Single(selection.Messages).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tag_that_the_rule_refuses_stops_the_build()
    {
        var rule = Rules.Rules[0] with { Tags = new TagPolicy { Deny = [Glob.Parse("latest")] } };

        Assert.Equal(ExitCode.Refused, HookSelection.Of([Given.Image(Given.Web("latest"))], new PromotionRules([rule])).ExitCode);
    }
}
