using FsCheck;
using FsCheck.Fluent;
using Promoter.Oci;

namespace Promoter.Tests.Oci;

public sealed class ImageReferenceTests
{
    private const string Hex = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    [Theory]
    [InlineData("nginx", "docker.io/library/nginx")]
    [InlineData("nginx:1.27", "docker.io/library/nginx:1.27")]
    [InlineData("bitnami/redis", "docker.io/bitnami/redis")]
    [InlineData("docker.io/nginx", "docker.io/library/nginx")]
    [InlineData("Docker.IO/nginx", "docker.io/library/nginx")]
    [InlineData("index.docker.io/nginx", "docker.io/library/nginx")]
    [InlineData("localhost/app", "localhost/app")]
    [InlineData("localhost:5000/app:1", "localhost:5000/app:1")]
    [InlineData("[::1]:5000/app:1", "[::1]:5000/app:1")]
    [InlineData("127.0.0.1:5000/app", "127.0.0.1:5000/app")]
    [InlineData("ghcr.io:443/a/b", "ghcr.io:443/a/b")]
    [InlineData("Registry.Example.com/a", "registry.example.com/a")]
    [InlineData("a.dkr.ecr.amazonaws.com/a/b__c/d--e.f:v1@sha256:" + Hex, "a.dkr.ecr.amazonaws.com/a/b__c/d--e.f:v1@sha256:" + Hex)]
    [InlineData("a.example/b@sha256:" + Hex, "a.example/b@sha256:" + Hex)]
    public void References_are_completed_as_container_runtimes_do(string text, string expected) =>
        Assert.Equal(expected, ImageReference.Parse(text).ToString());

    [Fact]
    public void The_parts_of_a_reference_are_told_apart()
    {
        var reference = ImageReference.Parse($"a.example:5000/b/c:v1@sha256:{Hex}");

        Assert.Equal(("a.example:5000", "b/c"), (reference.Registry, reference.Repository));
        Assert.Equal(("v1", $"sha256:{Hex}"), (reference.Tag.ToString(), reference.Digest.ToString()));
        Assert.Equal("a.example:5000/b/c", reference.Name);
    }

    [Fact]
    public void A_registry_is_asked_for_the_digest_before_the_tag_and_for_latest_without_both()
    {
        Assert.Equal($"sha256:{Hex}", ImageReference.Parse($"a.example/b:v1@sha256:{Hex}").Manifest.ToString());
        Assert.Equal("v1", ImageReference.Parse("a.example/b:v1").Manifest.ToString());
        Assert.Equal("latest", ImageReference.Parse("a.example/b").Manifest.ToString());
        Assert.Null(ImageReference.Parse("a.example/b").Tag);
    }

    [Theory]
    [InlineData(null, "it is empty")]
    [InlineData("", "it is empty")]
    [InlineData("  ", "it is empty")]
    [InlineData("a b", "white space")]
    [InlineData("a.example/b:v1\n", "white space")]
    [InlineData("https://a.example/b", "URL scheme")]
    [InlineData("a.example/B", "upper-case letters")]
    [InlineData("Shop/web:1", "upper-case letters")]
    [InlineData("a.example/b//c", "empty component")]
    [InlineData("a.example/", "the repository name is empty")]
    [InlineData("/b", "empty component")]
    [InlineData("a.example/-b", "must start and end")]
    [InlineData("a.example/b___c", "'___' is not a separator")]
    [InlineData("a.example/b..c", "'..' is not a separator")]
    [InlineData("a.example/b:", "the tag is empty")]
    [InlineData("a.example/b:-x", "starts with '-'")]
    [InlineData("a.example/b@", "is not a digest")]
    [InlineData("a.example/b@sha256:12", "is not a digest")]
    [InlineData("a.example/b@sha256:" + Hex + "@sha256:" + Hex, "is not a digest")]
    [InlineData("a.example:port/b", "is not a registry host")]
    [InlineData("a..example/b", "is not a registry host")]
    [InlineData("user@a.example/b", "is not a digest")]
    [InlineData("a.example:99999/b", "is not a registry host")]
    public void What_is_no_reference_is_refused_with_the_reason(string? text, string reason)
    {
        Assert.False(ImageReference.TryParse(text, out _, out var problem));

        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_has_at_most_255_characters()
    {
        Assert.True(ImageReference.TryParse($"a.example/{new string('b', 245)}:{new string('t', 128)}", out _));
        Assert.False(ImageReference.TryParse($"a.example/{new string('b', 246)}", out _, out var problem));
        Assert.Contains("exceed 255 characters", problem, StringComparison.Ordinal);
        Assert.Throws<FormatException>(() => ImageReference.Of("a.example", new string('b', 246)));
    }

    [Fact]
    public void A_long_text_is_cut_in_the_message()
    {
        Assert.False(ImageReference.TryParse(new string('B', 5000), out _, out var problem));

        Assert.True(problem.Length < 6000);
        Assert.Contains("(5000 characters)", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("docker.io", "nginx", "docker.io/library/nginx")]
    [InlineData("A.example:5000", "b", "a.example:5000/b")]
    public void Parts_are_completed_like_texts(string registry, string repository, string expected) =>
        Assert.Equal(expected, ImageReference.Of(registry, repository).ToString());

    [Theory]
    [InlineData("registry", "b")]
    [InlineData("", "b")]
    [InlineData("a.example/b", "c")]
    [InlineData("a.example", "")]
    [InlineData("a.example", "B")]
    public void Parts_that_would_be_read_differently_are_refused(string registry, string repository) =>
        Assert.Throws<FormatException>(() => ImageReference.Of(registry, repository));

    [Fact]
    public void What_parses_prints_a_text_that_parses_to_the_same()
    {
        Prop.ForAll(Texts.ToArbitrary(), text => !ImageReference.TryParse(text, out var reference) || ImageReference.Parse(reference.ToString()) == reference)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    [Fact]
    public void A_reference_of_valid_parts_keeps_them() => Prop.ForAll(Parts.ToArbitrary(), parts =>
    {
        var (registry, repository, tag, digest) = parts;
        var text = $"{registry}/{repository}{(tag is null ? "" : ":" + tag)}{(digest ? $"@sha256:{Hex}" : "")}";
        var reference = ImageReference.Parse(text);
        return reference.ToString() == text && reference == ImageReference.Of(registry, repository, reference.Tag, reference.Digest);
    }).QuickCheckThrowOnFailure();

    // Pieces that meet in every order: most texts are nearly references, and many are.
    private static Gen<string> Texts => Gen.Elements(
            "a", "B", "0", ".", "_", "__", "-", "/", ":", "@", "docker.io/", "index.docker.io/", "localhost/", "A.example:5000/", "HOST/", "[::1]:5000/",
            "@sha256:" + Hex, ":v1", ":443/", "library/", " ")
        .ListOf().Select(pieces => string.Concat(pieces.Take(8)));

    private static Gen<(string Registry, string Repository, string? Tag, bool Digest)> Parts =>
        from registry in Gen.Elements("a.example", "localhost", "localhost:5000", "10.0.0.1:80", "222222222222.dkr.ecr.eu-west-1.amazonaws.com")
        from components in Gen.Elements("a", "b1", "c.d", "e_f", "g__h", "i---j").NonEmptyListOf()
        from tag in Gen.Elements(null, "v1", "_x", "A.b-c")
        from digest in Gen.Elements(true, false)
        select (registry, string.Join('/', components.Take(6)), tag, digest);
}
