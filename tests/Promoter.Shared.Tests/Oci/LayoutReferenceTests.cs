using Promoter.Oci;

namespace Promoter.Tests.Oci;

public sealed class LayoutReferenceTests
{
    private const string Digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Theory]
    [InlineData("oci:images", "/work/dir/images", null, null)]
    [InlineData("oci:images/", "/work/dir/images", null, null)]
    [InlineData("oci:./a/../images:1.4.2", "/work/dir/images", "1.4.2", null)]
    [InlineData("oci:/srv/images:1.4.2", "/srv/images", "1.4.2", null)]
    [InlineData("oci:/images", "/images", null, null)]
    [InlineData("oci:/srv/a:b/images", "/srv/a:b/images", null, null)]
    [InlineData("oci:/srv/user@host/images:1", "/srv/user@host/images", "1", null)]
    [InlineData("oci:images@" + Digest, "/work/dir/images", null, Digest)]
    [InlineData("oci:images:1.4.2@" + Digest, "/work/dir/images", "1.4.2", Digest)]
    [InlineData("oci:../images:1", "/work/images", "1", null)]
    public void A_layout_is_a_folder_and_perhaps_a_tag_and_a_digest(string text, string folder, string? tag, string? digest)
    {
        var reference = LayoutReference.Parse(text, "/work/dir");

        Assert.True(reference.IsInLayout);
        Assert.Equal(folder, LayoutReference.FolderOf(reference.Registry, reference.Repository));
        Assert.Equal(tag, reference.Tag?.ToString());
        Assert.Equal(digest, reference.Digest?.ToString());
        Assert.Equal(reference, LayoutReference.Parse(reference.ToString(), "/elsewhere"));
    }

    [Theory]
    [InlineData("oci:")]
    [InlineData("oci::1.0")]
    [InlineData("oci:/")]
    [InlineData("oci:images:not a tag")]
    [InlineData("oci:images@sha256:123")]
    [InlineData("oci:images@sha256:../../../../etc/passwd")]
    [InlineData("images:1.0")]
    public void What_names_no_folder_or_no_tag_or_no_digest_is_refused(string text) =>
        Assert.Throws<FormatException>(() => LayoutReference.Parse(text, "/work/dir"));

    [Theory]
    [InlineData("registry.example/shop/web:1.0")]
    [InlineData("localhost:5000/oci:1.0")]
    [InlineData("oci/images:1.0")]
    public void A_registry_is_never_taken_for_a_layout(string text) => Assert.False(ImageReference.Parse(text).IsInLayout);
}
