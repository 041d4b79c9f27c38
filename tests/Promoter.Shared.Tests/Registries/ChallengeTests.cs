using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Promoter.Registries.Authentication;

namespace Promoter.Tests.Registries;

public sealed class ChallengeTests
{
    [Fact]
    public void A_bearer_challenge_is_read_with_its_scopes()
    {
        var challenge = Find("""Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/nginx:pull,push" """);

        Assert.True(challenge!.IsBearer);
        Assert.Equal("https://auth.docker.io/token", challenge.Realm);
        Assert.Equal("registry.docker.io", challenge.Service);
        Assert.Equal("repository:library/nginx:pull,push", challenge.Parameters["scope"]);
    }

    [Theory]
    [InlineData("""bearer REALM=https://a.test/token, Service=s""", "https://a.test/token", "s")]
    [InlineData("""Bearer realm="https://a.test/token" , service="s" """, "https://a.test/token", "s")]
    [InlineData("""Bearer service="s",realm="https://a.test/t?x=\"y\"" """, """https://a.test/t?x="y" """, "s")]
    [InlineData("""Bearer realm="https://a.test/token",service="a\\b" """, "https://a.test/token", """a\b""")]
    [InlineData("""Bearer realm="unterminated""", "unterminated", null)]
    public void Spelling_and_spacing_do_not_matter(string header, string realm, string? service)
    {
        var space = header.IndexOf(' ', StringComparison.Ordinal);
        var challenge = new Challenge(header[..space], Challenge.ParametersOf(header[(space + 1)..]));

        Assert.True(challenge.IsBearer);
        Assert.Equal(realm.TrimEnd(), challenge.Realm);
        Assert.Equal(service, challenge.Service);
    }

    [Fact]
    public void Bearer_is_preferred_to_Basic()
    {
        Assert.True(Find("""Basic realm="x" """, """Bearer realm="https://a.test/token" """)!.IsBearer);
        Assert.True(Find("""Basic realm="x", Bearer realm="https://a.test/token" """)!.IsBearer);
    }

    [Fact]
    public void A_scheme_that_we_do_not_know_is_no_challenge()
    {
        Assert.Null(Find("Negotiate"));
        Assert.Null(Find());
    }

    [Fact]
    public void What_is_quoted_is_read_back()
    {
        var printable = Gen.Elements([.. Enumerable.Range(32, 95).Select(c => (char)c)]).ArrayOf().Select(c => new string(c));
        Prop.ForAll(printable.ToArbitrary(), printable.ToArbitrary(), (first, second) =>
        {
            var parameters = Challenge.ParametersOf($"realm=\"{Escape(first)}\",service=\"{Escape(second)}\"");
            return parameters["realm"] == first && parameters["service"] == second;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void No_text_makes_it_loop_or_throw()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<string>(), text => Challenge.ParametersOf(text ?? "") is not null).QuickCheckThrowOnFailure();
    }

    private static string Escape(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);

    private static Challenge? Find(params string[] headers)
    {
        using var response = new HttpResponseMessage(HttpStatusCode.Unauthorized);
        foreach (var header in headers) response.Headers.TryAddWithoutValidation("WWW-Authenticate", header);
        return Challenge.TryFind(response, out var challenge) ? challenge : null;
    }
}
