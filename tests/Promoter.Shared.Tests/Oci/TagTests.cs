using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Promoter.Oci;

namespace Promoter.Tests.Oci;

public sealed class TagTests
{
    [Theory]
    [InlineData("latest")]
    [InlineData("v1.2.3")]
    [InlineData("_x")]
    [InlineData("0")]
    [InlineData("A-b_c.d")]
    public void A_tag_prints_as_it_was_written(string text) => Assert.Equal(text, Tag.Parse(text).ToString());

    [Theory]
    [InlineData(null, "empty")]
    [InlineData("", "empty")]
    [InlineData(".hidden", "starts with '.'")]
    [InlineData("-flag", "starts with '-'")]
    [InlineData("a/b", "a character other than")]
    [InlineData("a:b", "a character other than")]
    [InlineData("a b", "a character other than")]
    [InlineData("é", "a character other than")]
    [InlineData("v1\n", "a character other than")]
    public void What_is_no_tag_is_refused_with_the_reason(string? text, string reason)
    {
        Assert.False(Tag.TryParse(text, out _, out var problem));

        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tag_has_at_most_128_characters()
    {
        Assert.True(Tag.TryParse(new string('a', 128), out _));
        Assert.False(Tag.TryParse(new string('a', 129), out _, out var problem));
        Assert.Contains("129 characters", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Parsing_agrees_with_the_grammar_of_the_specification() => Prop.ForAll<string>(text =>
        Tag.TryParse(text, out _) == Regex.IsMatch(text ?? "", @"\A[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}\z")).QuickCheckThrowOnFailure();

    [Fact]
    public void The_tag_for_referrers_is_a_tag_for_both_algorithms()
    {
        var sha256 = Digest.Of("x"u8);
        var sha512 = Digest.Of("x"u8, DigestAlgorithm.Sha512);

        Assert.Equal($"sha256-{sha256.Hex}", Tag.ForSubject(sha256).ToString());
        Assert.Equal($"sha256-{sha256.Hex}.sig", Tag.ForSubject(sha256, ".sig").ToString());
        Assert.Equal($"sha512-{sha512.Hex[..64]}", Tag.ForSubject(sha512).ToString());
        Assert.True(Tag.TryParse(Tag.ForSubject(sha512, ".sbom").ToString(), out _));
    }
}
