using System.Security.Cryptography;

namespace Promoter.Oci;

/// <summary>A registered digest algorithm (OCI image-spec, descriptor.md, "Registered algorithms").</summary>
public sealed class DigestAlgorithm
{
    public static readonly DigestAlgorithm Sha256 = new("sha256", 64, HashAlgorithmName.SHA256);
    public static readonly DigestAlgorithm Sha512 = new("sha512", 128, HashAlgorithmName.SHA512);

    private DigestAlgorithm(string name, int hexLength, HashAlgorithmName hashName)
    {
        Name = name;
        HexLength = hexLength;
        HashName = hashName;
    }

    /// <summary>The algorithm as it stands before the colon.</summary>
    public string Name { get; }

    /// <summary>Number of hexadecimal digits of a digest of this algorithm.</summary>
    public int HexLength { get; }

    internal HashAlgorithmName HashName { get; }

    /// <summary>The algorithm of that name, or null where it is not one that we can verify.</summary>
    public static DigestAlgorithm? Find(ReadOnlySpan<char> name) =>
        name.SequenceEqual(Sha256.Name) ? Sha256 : name.SequenceEqual(Sha512.Name) ? Sha512 : null;

    public override string ToString() => Name;
}
