using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Promoter.Kubernetes;

namespace Promoter.Admission.Tls;

/// <summary>
/// What the Secret holds, and how it moves on. An authority is replaced in three steps, so that at every moment what API servers trust and what replicas show
/// fit together: the next one is added to the bundle; a while later it signs; a while later the old one is dropped.
/// </summary>
internal sealed record CertificateSet(PemPair Authority, PemPair Leaf)
{
    /// <summary>How long both authorities are trusted before and after the change: API servers and replicas look again every half minute.</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromHours(1);

    private static readonly TimeSpan AuthorityMargin = CertificateAuthority.AuthorityLifetime / 4;
    private static readonly TimeSpan LeafMargin = CertificateAuthority.LeafLifetime / 3;

    /// <summary>The authority that will sign next; null outside a change.</summary>
    public PemPair? Next { get; init; }

    /// <summary>The certificate of the authority that signed before; null outside a change.</summary>
    public string? Previous { get; init; }

    /// <summary>What API servers have to trust.</summary>
    public string Bundle => string.Join('\n', new[] { Authority.Certificate, Next?.Certificate, Previous }.OfType<string>()) + "\n";

    public static CertificateSet Create(IReadOnlyList<string> names, DateTimeOffset now)
    {
        var authority = CertificateAuthority.CreateAuthority(now);
        return new CertificateSet(authority, CertificateAuthority.CreateLeaf(authority, names, now));
    }

    /// <summary>The set that holds now; the same object where nothing is due.</summary>
    public CertificateSet Advance(IReadOnlyList<string> names, DateTimeOffset now)
    {
        if (Next is { } next && now - Begin(next.Certificate) >= Overlap)
        {
            return new CertificateSet(next, CertificateAuthority.CreateLeaf(next, names, now)) { Previous = Authority.Certificate };
        }

        if (Previous is not null && now - Begin(Leaf.Certificate) >= Overlap) return this with { Previous = null };
        if (Next is null && Previous is null && End(Authority.Certificate) - now < AuthorityMargin) return this with { Next = CertificateAuthority.CreateAuthority(now) };
        var needsLeaf = End(Leaf.Certificate) - now < LeafMargin || !Covers(Leaf.Certificate, names);
        return needsLeaf ? this with { Leaf = CertificateAuthority.CreateLeaf(Authority, names, now) } : this;
    }

    public JsonObject ToData()
    {
        var data = new JsonObject
        {
            ["ca.crt"] = Encode(Authority.Certificate),
            ["ca.key"] = Encode(Authority.Key),
            ["tls.crt"] = Encode(Leaf.Certificate),
            ["tls.key"] = Encode(Leaf.Key),
        };
        if (Next is not null) (data["next-ca.crt"], data["next-ca.key"]) = (Encode(Next.Certificate), Encode(Next.Key));
        if (Previous is not null) data["previous-ca.crt"] = Encode(Previous);
        return data;
    }

    /// <returns>Null where the Secret holds no usable set.</returns>
    public static CertificateSet? Read(JsonNode secret)
    {
        try
        {
            if (Pair(secret, "ca") is not { } authority || Pair(secret, "tls") is not { } leaf) return null;
            using var checkedAuthority = X509Certificate2.CreateFromPem(authority.Certificate, authority.Key);
            using var checkedLeaf = X509Certificate2.CreateFromPem(leaf.Certificate, leaf.Key);
            return new CertificateSet(authority, leaf) { Next = Pair(secret, "next-ca"), Previous = Decode(secret, "previous-ca.crt") };
        }
        catch (Exception e) when (e is FormatException or CryptographicException or ArgumentException)
        {
            return null;
        }
    }

    private static PemPair? Pair(JsonNode secret, string name) =>
        Decode(secret, name + ".crt") is { } certificate && Decode(secret, name + ".key") is { } key ? new PemPair(certificate, key) : null;

    private static string? Decode(JsonNode secret, string key) => secret.Text("data", key) is { Length: > 0 } text ? Encoding.UTF8.GetString(Convert.FromBase64String(text)) : null;

    private static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static DateTimeOffset Begin(string pem)
    {
        using var certificate = X509Certificate2.CreateFromPem(pem);
        return new DateTimeOffset(certificate.NotBefore);
    }

    private static DateTimeOffset End(string pem)
    {
        using var certificate = X509Certificate2.CreateFromPem(pem);
        return new DateTimeOffset(certificate.NotAfter);
    }

    private static bool Covers(string pem, IReadOnlyList<string> names)
    {
        using var certificate = X509Certificate2.CreateFromPem(pem);
        return names.All(name => certificate.MatchesHostname(name, allowWildcards: false, allowCommonName: false));
    }
}
