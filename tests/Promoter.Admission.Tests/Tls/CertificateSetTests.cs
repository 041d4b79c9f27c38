using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Promoter.Admission.Tls;

namespace Promoter.Admission.Tests.Tls;

public sealed class CertificateSetTests
{
    private static readonly string[] Names = ["promoter-admission.promoter.svc", "promoter-admission"];
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_set_survives_the_way_through_a_secret()
    {
        var set = CertificateSet.Create(Names, Start);

        var read = CertificateSet.Read(new JsonObject { ["data"] = set.ToData() });

        Assert.Equal(set, read);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"data":{"ca.crt":"not base64","ca.key":"","tls.crt":"","tls.key":""}}""")]
    [InlineData("""{"data":{"ca.crt":"YQ==","ca.key":"YQ==","tls.crt":"YQ==","tls.key":"YQ=="}}""")]
    public void A_secret_with_something_else_in_it_is_no_set(string secret) => Assert.Null(CertificateSet.Read(JsonNode.Parse(secret)!));

    [Fact]
    public void Nothing_is_due_while_everything_is_fresh()
    {
        var set = CertificateSet.Create(Names, Start);

        Assert.Same(set, set.Advance(Names, Start.AddDays(30)));
    }

    [Fact]
    public void A_leaf_that_ends_soon_is_replaced_under_the_same_authority()
    {
        var set = CertificateSet.Create(Names, Start);

        var advanced = set.Advance(Names, Start.AddDays(61));

        Assert.Equal(set.Authority, advanced.Authority);
        Assert.NotEqual(set.Leaf, advanced.Leaf);
        Assert.Equal(set.Bundle, advanced.Bundle);
    }

    [Fact]
    public void A_leaf_for_other_names_is_replaced()
    {
        var set = CertificateSet.Create(["old.promoter.svc"], Start);

        Assert.NotEqual(set.Leaf, set.Advance(Names, Start).Leaf);
    }

    [Fact]
    public void Through_two_years_of_rotation_what_is_shown_is_always_trusted_by_the_bundle_of_before_and_after()
    {
        var set = CertificateSet.Create(Names, Start);
        var authorities = new HashSet<string>(StringComparer.Ordinal) { set.Authority.Certificate };

        for (var now = Start; now < Start.AddDays(730); now += set.Next is null && set.Previous is null ? TimeSpan.FromHours(12) : TimeSpan.FromMinutes(20))
        {
            var next = set.Advance(Names, now);
            AssertTrusted(next.Leaf, set.Bundle, now, "an API server that has the old bundle refuses the new certificate");
            AssertTrusted(set.Leaf, next.Bundle, now, "an API server that has the new bundle refuses the replica that still shows the old certificate");
            authorities.Add(next.Authority.Certificate);
            set = next;
        }

        Assert.True(authorities.Count >= 3, $"only {authorities.Count} authorities in two years");
    }

    private static void AssertTrusted(PemPair leaf, string bundle, DateTimeOffset now, string otherwise)
    {
        using var certificate = X509Certificate2.CreateFromPem(leaf.Certificate);
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.ImportFromPem(bundle);
        chain.ChainPolicy.VerificationTime = now.UtcDateTime;
        chain.ChainPolicy.VerificationTimeIgnored = false;
        Assert.True(chain.Build(certificate), $"{now:u}: {otherwise}: {string.Join(", ", chain.ChainStatus.Select(status => status.StatusInformation))}");
    }
}
