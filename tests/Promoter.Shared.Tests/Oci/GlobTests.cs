using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Promoter.Oci;

namespace Promoter.Tests.Oci;

public sealed class GlobTests
{
    [Theory]
    [InlineData("shop/*", "shop/web", true)]
    [InlineData("shop/*", "shop/web/api", false)]
    [InlineData("shop/*", "shop", false)]
    [InlineData("shop/*", "workshop/web", false)]
    [InlineData("shop/**", "shop/web/api", true)]
    [InlineData("shop/**", "shop", false)]
    [InlineData("**/web", "web", true)]
    [InlineData("**/web", "a/b/web", true)]
    [InlineData("**/web", "a/b/cobweb", false)]
    [InlineData("a/**/b", "a/b", true)]
    [InlineData("a/**/b", "a/x/y/b", true)]
    [InlineData("a/**/b", "ab", false)]
    [InlineData("a**b", "a/x/b", true)]
    [InlineData("**", "a/b", true)]
    [InlineData("*", "v1.2.3", true)]
    [InlineData("*", "a/b", false)]
    [InlineData("v?", "v1", true)]
    [InlineData("v?", "v10", false)]
    [InlineData("a?b", "a/b", false)]
    [InlineData("v1.2", "v1x2", false)]
    [InlineData("*-rc*", "v1-rc2", true)]
    [InlineData("Latest", "latest", false)]
    public void A_glob_matches_as_documented(string glob, string text, bool expected) => Assert.Equal(expected, Glob.Parse(glob).IsMatch(text));

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("{a,b}")]
    [InlineData("[ab]")]
    [InlineData("!a")]
    [InlineData("a***")]
    [InlineData("repo:tag")]
    public void What_cannot_be_meant_is_refused(string glob) => Assert.Throws<FormatException>(() => Glob.Parse(glob));

    [Fact]
    public void A_glob_without_wildcards_matches_itself_alone()
    {
        Prop.ForAll(Texts.ToArbitrary(), Texts.ToArbitrary(), (glob, text) => Glob.Parse(glob).IsMatch(text) == (glob == text)).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Matching_agrees_with_the_same_pattern_as_a_regular_expression()
    {
        var globs = Gen.Elements("a", "b", "/", "*", "?", "**", "**/", "/**/", ".").NonEmptyListOf()
            .Select(parts => string.Concat(parts)).Where(g => !g.Contains("***", StringComparison.Ordinal));

        Prop.ForAll(
            globs.ToArbitrary(), Texts.ToArbitrary(),
            (glob, text) => Glob.Parse(glob).IsMatch(text) == Regex.IsMatch(text, AsRegex(glob), RegexOptions.NonBacktracking)).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Hostile_patterns_take_no_exponential_time()
    {
        var glob = Glob.Parse(string.Concat(Enumerable.Repeat("*a", 60)) + "b");

        Assert.False(glob.IsMatch(new string('a', 255)));
    }

    private static Gen<string> Texts => Gen.Elements('a', 'b', '/', '.').NonEmptyListOf().Select(chars => string.Concat(chars));

    private static string AsRegex(string glob) => "^" + Regex.Replace(glob, @"(?<=^|/)\*\*/|\*\*|\*|\?|.", match => match.Value switch
    {
        "**/" => "(.*/)?",
        "**" => ".*",
        "*" => "[^/]*",
        "?" => "[^/]",
        var literal => Regex.Escape(literal),
    }) + "$";
}
