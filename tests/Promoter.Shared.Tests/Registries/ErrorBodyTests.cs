using System.Net;
using System.Text;
using Promoter.Registries;

namespace Promoter.Tests.Registries;

public sealed class ErrorBodyTests
{
    [Fact]
    public void Codes_and_messages_of_all_errors_are_read()
    {
        var body = Parse("""{"errors":[{"code":"DENIED","message":"no push"},{"code":"UNAUTHORIZED","message":"log in"},"odd",{"message":"no code"}]}""");

        Assert.Equal(["DENIED", "UNAUTHORIZED"], body.Codes);
        Assert.Equal("DENIED no push; UNAUTHORIZED log in; error no code", body.Text);
        Assert.True(body.Has("denied"));
        Assert.True(body.Mentions("NO PUSH"));
    }

    [Fact]
    public void The_digests_that_ECR_asks_for_are_read_however_many_they_are()
    {
        var digests = Enumerable.Range(0, 40).Select(i => "sha256:" + new string((char)('a' + (i % 6)), 62) + $"{i:00}").ToList();

        var body = Parse($$"""{"errors":[{"code":"MANIFEST_BLOB_UNKNOWN","message":"Images with digests '[{{string.Join(", ", digests)}}]' required for pushing image into repository with name 'shop/web' in the registry with id '222222222222' do not exist"}]}""");
        var other = Parse($$"""{"errors":[{"code":"MANIFEST_BLOB_UNKNOWN","message":"blob unknown to registry","detail":{"digest":"{{digests[0]}}"} }]}""");

        Assert.Equal(digests, body.MissingDigests.Select(digest => digest.ToString()));
        Assert.Empty(other.MissingDigests);
    }

    [Theory]
    [InlineData("Not Authorized\n", "Not Authorized")]
    [InlineData("{ broken", "{ broken")]
    [InlineData("""{"errors":"text"}""", """{"errors":"text"}""")]
    [InlineData("[1]", "[1]")]
    [InlineData("", "")]
    public void What_is_no_error_document_is_kept_as_text(string body, string text)
    {
        Assert.Equal(text, Parse(body).Text);
        Assert.Empty(Parse(body).Codes);
    }

    [Fact]
    public void An_HTML_page_is_recognised_and_not_repeated()
    {
        var body = Parse("  <!DOCTYPE html><html><body>Please sign in</body></html>");

        Assert.True(body.IsHtml);
        Assert.Empty(body.Text);
    }

    [Fact]
    public void Control_characters_cannot_forge_log_lines_and_length_is_bounded()
    {
        var body = Parse("a\r\nb\u001b[31m" + new string('x', 5000));

        Assert.StartsWith("a  b [31m", body.Text);
        Assert.EndsWith("…", body.Text);
        Assert.True(body.Text.Length < 700);
    }

    [Theory]
    [InlineData(404, "NAME_UNKNOWN", RegistryFault.NotFound, false)]
    [InlineData(401, "UNAUTHORIZED", RegistryFault.Denied, false)]
    [InlineData(403, "DENIED", RegistryFault.Denied, false)]
    [InlineData(429, "TOOMANYREQUESTS", RegistryFault.Throttled, true)]
    [InlineData(400, "TOOMANYREQUESTS", RegistryFault.Throttled, true)]
    [InlineData(408, "", RegistryFault.Unreachable, true)]
    [InlineData(500, "", RegistryFault.Unreachable, true)]
    [InlineData(501, "", RegistryFault.Unreachable, false)]
    [InlineData(502, "", RegistryFault.Unreachable, true)]
    [InlineData(503, "", RegistryFault.Unreachable, true)]
    [InlineData(504, "", RegistryFault.Unreachable, true)]
    [InlineData(400, "MANIFEST_INVALID", RegistryFault.Protocol, false)]
    [InlineData(400, "MANIFEST_BLOB_UNKNOWN", RegistryFault.ContentMissing, false)]
    [InlineData(404, "MANIFEST_BLOB_UNKNOWN", RegistryFault.ContentMissing, false)]
    [InlineData(400, "BLOB_UNKNOWN", RegistryFault.ContentMissing, false)]
    [InlineData(405, "UNSUPPORTED", RegistryFault.Protocol, false)]
    public async Task Every_answer_has_its_fault(int status, string code, RegistryFault fault, bool transient)
    {
        var error = await ErrorAsync(status, $$"""{"errors":[{"code":"{{code}}","message":"m"}]}""");

        Assert.Equal(fault, error.Fault);
        Assert.Equal(transient, error.IsTransient);
        Assert.Equal((HttpStatusCode)status, error.Status);
    }

    [Fact]
    public async Task An_immutable_tag_is_a_conflict_and_no_malformed_request()
    {
        var error = await ErrorAsync(400, """{"errors":[{"code":"TAG_INVALID","message":"The image tag 'x' already exists in the 'r' repository and cannot be overwritten because the tag is immutable."}]}""");

        Assert.Equal(RegistryFault.TagConflict, error.Fault);
    }

    [Fact]
    public async Task A_message_says_what_where_why_and_the_request_id()
    {
        var error = await ErrorAsync(403, """{"errors":[{"code":"DENIED","message":"no"}]}""");

        Assert.Equal(
            "cannot push tag 1.0 at target registry.test/shop/web: 403 Forbidden: DENIED no; check that the credentials for registry.test are present and may push to shop/web (request id 42)",
            error.Message);
        Assert.Equal("42", error.RequestId);
    }

    private static ErrorBody Parse(string body) => ErrorBody.Parse(Encoding.UTF8.GetBytes(body));

    private static async Task<RegistryException> ErrorAsync(int status, string body)
    {
        using var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body) };
        response.Headers.TryAddWithoutValidation("x-amzn-RequestId", "42");
        var request = new RegistryRequest(HttpMethod.Post, new Uri("https://registry.test/v2/"), RegistryAction.WriteManifest, "push tag", []) { Subject = "1.0" };
        return await RegistryErrors.FromAsync(response, request, new RequestOrigin(Side.Target, "registry.test", "shop/web"), explain: null, TimeProvider.System, TestContext.Current.CancellationToken);
    }
}
