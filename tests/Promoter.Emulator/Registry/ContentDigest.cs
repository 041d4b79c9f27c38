using System.Buffers;
using System.Security.Cryptography;

namespace Promoter.Emulator.Registry;

/// <summary>Digests as text, computed here and not by the code under test.</summary>
public static class ContentDigest
{
    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    public const string Sha256 = "sha256";
    public const string Sha512 = "sha512";

    public static string Of(ReadOnlySpan<byte> bytes, string algorithm = Sha256) =>
        Format(algorithm, CryptographicOperations.HashData(HashName(algorithm), bytes));

    public static bool IsValid(string text) =>
        text.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon && text[..colon] is Sha256 or Sha512 &&
        text.Length - colon - 1 == (text.StartsWith(Sha512, StringComparison.Ordinal) ? 128 : 64) &&
        text.AsSpan(text.IndexOf(':', StringComparison.Ordinal) + 1).IndexOfAnyExcept(LowerHex) < 0;

    public static string AlgorithmOf(string digest) => digest[..digest.IndexOf(':', StringComparison.Ordinal)];

    internal static string Format(string algorithm, ReadOnlySpan<byte> hash) => $"{algorithm}:{Convert.ToHexStringLower(hash)}";

    internal static HashAlgorithmName HashName(string algorithm) => algorithm == Sha512 ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256;
}
