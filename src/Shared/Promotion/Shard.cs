using System.Buffers.Binary;
using Promoter.Oci;

namespace Promoter.Promotion;

/// <summary>One pod's share of a promotion that an Indexed Job spreads over several pods.</summary>
/// <param name="Index">0 to <paramref name="Count"/> - 1; Kubernetes gives it as <c>JOB_COMPLETION_INDEX</c>.</param>
/// <param name="Count">How many pods share the work.</param>
public sealed record Shard(int Index, int Count)
{
    public const string IndexVariable = "JOB_COMPLETION_INDEX";

    public static readonly Shard Whole = new(0, 1);

    /// <summary>Whether this pod brings the image with that digest. A digest is evenly distributed by nature, so its own bits are the hash: every pod decides alike.</summary>
    public bool Owns(Digest digest) => BinaryPrimitives.ReadUInt64BigEndian(Convert.FromHexString(digest.Hex.AsSpan(0, 16))) % (ulong)Count == (ulong)Index;
}
