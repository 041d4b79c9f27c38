using Promoter.Oci;
using Promoter.Promotion;
using Promoter.Promotion.Configuration;

namespace Promoter.Tests.Promotion;

public sealed class PromotionRulesTests
{
    private static readonly PromotionRules Rules = new(
    [
        Rule("apps", "src.example", "dst.example") with
        {
            Repositories = [Glob.Parse("shop/*")],
            Exclude = [Glob.Parse("shop/internal")],
            Tags = new TagPolicy { Deny = [Glob.Parse("latest")], Allow = [Glob.Parse("v*"), Glob.Parse("latest")] },
        },
        Rule("team", "src.example/team", "dst.example/live/team"),
    ]);

    [Fact]
    public void A_covered_target_has_the_same_path_tag_and_digest_at_the_source()
    {
        var target = ImageReference.Parse($"dst.example/shop/web:v1@sha256:{new string('a', 64)}");

        var covered = Assert.IsType<RuleMatch.Covered>(Rules.Match(target));

        Assert.Equal("apps", covered.Rule.Name);
        Assert.Equal($"src.example/shop/web:v1@sha256:{new string('a', 64)}", covered.Source.ToString());
        Assert.Equal(target, covered.Target);
    }

    [Fact]
    public void The_prefix_of_the_target_gives_way_to_that_of_the_source()
    {
        var covered = Assert.IsType<RuleMatch.Covered>(Rules.Match(ImageReference.Parse("dst.example/live/team/a/b:1")));

        Assert.Equal("src.example/team/a/b:1", covered.Source.ToString());
    }

    [Theory]
    [InlineData("nginx:1", "docker.io is not a target registry of any rule")]
    [InlineData("dst.example/other/web:v1", "repository 'other/web' matches none of the globs of rule 'apps'")]
    [InlineData("dst.example/shop/internal:v1", "repository 'shop/internal' is excluded by rule 'apps'")]
    [InlineData("dst.example/live/teams/x:v1", "repository 'live/teams/x' matches none of the globs of rule 'apps'")]
    [InlineData("src.example/shop/web:v1", "it names the source registry src.example, where it is already")]
    public void What_no_rule_covers_is_skipped_with_the_reason(string reference, string reason) =>
        Assert.Equal(new RuleMatch.Skipped(reason), Rules.Match(ImageReference.Parse(reference)));

    [Fact]
    public void A_registry_that_is_a_target_only_below_a_prefix_says_so()
    {
        var rules = new PromotionRules([Rule("team", "src.example", "dst.example/live")]);

        Assert.Equal(new RuleMatch.Skipped("repository 'test/web' is outside the target dst.example/live"), rules.Match(ImageReference.Parse("dst.example/test/web:1")));
    }

    [Theory]
    [InlineData("dst.example/shop/web:latest", "tag 'latest' is denied by 'latest'")]
    [InlineData("dst.example/shop/web", "tag 'latest' is denied by 'latest'")]
    [InlineData("dst.example/shop/web:1.0", "tag '1.0' is not among the allowed tags (v*, latest)")]
    public void A_tag_that_the_policy_denies_is_refused(string reference, string reason)
    {
        var refused = Assert.IsType<RuleMatch.Refused>(Rules.Match(ImageReference.Parse(reference)));

        Assert.Equal("apps", refused.Rule.Name);
        Assert.EndsWith(reason, refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_digest_alone_claims_no_tag()
    {
        Assert.IsType<RuleMatch.Covered>(Rules.Match(ImageReference.Parse($"dst.example/shop/web@sha256:{new string('b', 64)}")));
    }

    [Fact]
    public void An_image_that_two_rules_cover_is_an_error_that_names_both()
    {
        var rules = new PromotionRules([Rule("one", "a.example", "dst.example"), Rule("two", "b.example", "dst.example/shop")]);

        var ambiguous = Assert.IsType<RuleMatch.Ambiguous>(rules.Match(ImageReference.Parse("dst.example/shop/web:v1")));

        Assert.Equal(["one", "two"], ambiguous.Rules.Select(r => r.Name));
        Assert.Contains("'one', 'two'", ambiguous.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reference_to_the_source_is_led_to_its_target()
    {
        var covered = Assert.IsType<RuleMatch.Covered>(Rules.MatchSource(ImageReference.Parse("src.example/shop/web:v1")));

        Assert.Equal("dst.example/shop/web:v1", covered.Target.ToString());
        Assert.True(Rules.CoversSource(covered.Source));
        Assert.False(Rules.CoversSource(covered.Target));
    }

    [Theory]
    [InlineData("src.example/other:v1", "no rule covers repository 'other' of source src.example")]
    [InlineData("dst.example/shop/web:v1", "dst.example is not the source of any rule")]
    public void A_reference_that_is_no_source_of_a_rule_is_skipped(string reference, string reason) =>
        Assert.Equal(new RuleMatch.Skipped(reason), Rules.MatchSource(ImageReference.Parse(reference)));

    [Fact]
    public void Flags_stand_for_one_rule_that_covers_all_of_the_target()
    {
        var rules = PromotionRules.FromFlags("src.example/team", "localhost:5000");

        var covered = Assert.IsType<RuleMatch.Covered>(rules.Match(ImageReference.Parse("localhost:5000/a/b")));

        Assert.Equal("src.example/team/a/b", covered.Source.ToString());
    }

    [Theory]
    [InlineData("a.example", "a.example")]
    [InlineData("a.example", "https://b.example")]
    [InlineData("a.example/UP", "b.example")]
    [InlineData("", "b.example")]
    public void Flags_that_make_no_rule_are_refused(string from, string to) => Assert.Throws<FormatException>(() => PromotionRules.FromFlags(from, to));

    private static PromotionRuleConfig Rule(string name, string source, string target) =>
        new() { Name = name, Source = RegistryPrefix.Parse(source), Target = RegistryPrefix.Parse(target) };
}
