using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Promoter.Oci;

/// <summary>The identity of a blob or manifest: <c>algorithm:hex</c>, lower case (OCI image-spec, descriptor.md, "Digests").</summary>
public readonly record struct Digest
{
    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");
    private readonly string? _text;

    private Digest(DigestAlgorithm algorithm, string text)
    {
        Algorithm = algorithm;
        _text = text;
    }

    public DigestAlgorithm Algorithm { get; } = DigestAlgorithm.Sha256;

    /// <summary>The part after the colon.</summary>
    public string Hex => ToString()[(Algorithm.Name.Length + 1)..];

    /// <summary>The first twelve digits, for tables that a person reads; never for comparison.</summary>
    public string Short => Hex[..12];

    /// <exception cref="FormatException">The text is not a sha256 or sha512 digest; the message says what is wrong with it.</exception>
    public static Digest Parse(string text) =>
        TryParse(text, out var digest, out var problem) ? digest : throw new FormatException(problem);

    public static bool TryParse([NotNullWhen(true)] string? text, out Digest digest) => TryParse(text, out digest, out _);

    public static bool TryParse([NotNullWhen(true)] string? text, out Digest digest, [NotNullWhen(false)] out string? problem)
    {
        digest = default;
        var colon = text?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        if (text is null || colon <= 0)
        {
            problem = $"'{text}' is not a digest: expected algorithm:hex, for example sha256 followed by 64 hexadecimal digits";
            return false;
        }

        if (DigestAlgorithm.Find(text.AsSpan(0, colon)) is not { } algorithm)
        {
            problem = $"digest algorithm '{text[..colon]}' is not supported: use sha256 or sha512";
            return false;
        }

        var hex = text.AsSpan(colon + 1);
        if (hex.Length != algorithm.HexLength || hex.ContainsAnyExcept(LowerHex))
        {
            problem = $"'{text}' is not a digest: {algorithm} is followed by {algorithm.HexLength} lower-case hexadecimal digits, found {hex.Length} characters";
            return false;
        }

        digest = new Digest(algorithm, text);
        problem = null;
        return true;
    }

    /// <summary>The digest of these bytes.</summary>
    public static Digest Of(ReadOnlySpan<byte> bytes, DigestAlgorithm? algorithm = null)
    {
        algorithm ??= DigestAlgorithm.Sha256;
        Span<byte> hash = stackalloc byte[64];
        var length = CryptographicOperations.HashData(algorithm.HashName, bytes, hash);
        return FromHash(algorithm, hash[..length]);
    }

    /// <summary>Whether these bytes are the ones that this digest names.</summary>
    public bool Matches(ReadOnlySpan<byte> bytes) => Of(bytes, Algorithm) == this;

    public bool Equals(Digest other) => string.Equals(_text, other._text, StringComparison.Ordinal);

    public override int GetHashCode() => _text is null ? 0 : string.GetHashCode(_text, StringComparison.Ordinal);

    public override string ToString() => _text ?? "";

    internal static Digest FromHash(DigestAlgorithm algorithm, ReadOnlySpan<byte> hash) =>
        new(algorithm, $"{algorithm.Name}:{Convert.ToHexStringLower(hash)}");
}
