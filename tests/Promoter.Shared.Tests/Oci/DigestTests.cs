using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Promoter.Oci;

namespace Promoter.Tests.Oci;

public sealed class DigestTests
{
    [Fact]
    public void A_digest_is_that_of_its_bytes()
    {
        // The values of FIPS 180-2, appendix B and C.
        Assert.Equal("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", Digest.Of("abc"u8).ToString());
        Assert.Equal(
            "sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            Digest.Of("abc"u8, DigestAlgorithm.Sha512).ToString());
    }

    [Fact]
    public void What_parses_prints_the_same() => Prop.ForAll<byte[], bool>((bytes, isLong) =>
    {
        var digest = Digest.Of(bytes, isLong ? DigestAlgorithm.Sha512 : DigestAlgorithm.Sha256);
        var parsed = Digest.Parse(digest.ToString());
        return parsed == digest && parsed.ToString() == digest.ToString() && parsed.Matches(bytes) && parsed.Hex.Length == parsed.Algorithm.HexLength;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_running_digest_is_that_of_all_pieces_together() => Prop.ForAll<byte[][]>(pieces =>
    {
        using var running = new RunningDigest(DigestAlgorithm.Sha256);
        foreach (var piece in pieces) running.Append(piece);
        var whole = pieces.SelectMany(p => p).ToArray();
        return running.Current() == Digest.Of(whole) && running.Length == whole.Length;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_running_digest_goes_on_after_it_was_read()
    {
        using var running = new RunningDigest(DigestAlgorithm.Sha256);
        running.Append("ab"u8);
        _ = running.Current();

        running.Append("c"u8);

        Assert.Equal(Digest.Of("abc"u8), running.Current());
    }

    [Theory]
    [InlineData(null, "is not a digest")]
    [InlineData("", "is not a digest")]
    [InlineData("sha256", "is not a digest")]
    [InlineData(":abc", "is not a digest")]
    [InlineData("md5:d41d8cd98f00b204e9800998ecf8427e", "digest algorithm 'md5' is not supported")]
    [InlineData("SHA256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "digest algorithm 'SHA256' is not supported")]
    [InlineData("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a", "found 63 characters")]
    [InlineData("sha256:BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD", "lower-case hexadecimal")]
    [InlineData("sha512:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "followed by 128")]
    [InlineData("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n", "found 65 characters")]
    public void What_is_no_digest_is_refused_with_the_reason(string? text, string reason)
    {
        Assert.False(Digest.TryParse(text, out _, out var problem));

        Assert.Contains(reason, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_bytes_do_not_match() => Prop.ForAll<NonEmptyString>(text =>
    {
        var bytes = Encoding.UTF8.GetBytes(text.Get);
        var digest = Digest.Of(bytes);
        bytes[0] ^= 1;
        return !digest.Matches(bytes);
    }).QuickCheckThrowOnFailure();
}
