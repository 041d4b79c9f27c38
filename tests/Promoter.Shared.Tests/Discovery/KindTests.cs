using System.Text;
using Promoter.Discovery;
using Promoter.Tests.Architecture;

namespace Promoter.Tests.Discovery;

/// <summary>One golden file per family of kinds: what is found in <c>Kinds/NAME.yaml</c> stands in <c>Kinds/NAME.golden</c>.</summary>
public sealed class KindTests
{
    private const string Folder = "tests/Promoter.Shared.Tests/Discovery/Kinds";

    public static TheoryData<string> Names => [.. Files];

    private static IEnumerable<string> Files =>
        Directory.GetFiles(Path.Combine(SourceTree.Root, Folder), "*.yaml").Select(f => Path.GetFileNameWithoutExtension(f)).Order();

    [Theory]
    [MemberData(nameof(Names))]
    public void Images_are_found_where_the_kind_keeps_them(string name)
    {
        var result = ImageDiscovery.Find(Documents(name));

        Assert.DoesNotContain(result.Findings, f => f.Reference.Registry == "ignored.example");
        GoldenFile.Check($"{Folder}/{name}.golden", Print(result));
    }

    [Fact]
    public void Every_kind_that_is_known_has_a_golden_file()
    {
        var covered = Files.SelectMany(Documents).SelectMany(d => ManifestObject.Of(d, d.Root, JsonPath.Root)).OfType<ManifestObject>()
            .Select(o => (o.Group, o.Kind)).ToHashSet();

        Assert.Empty(KnownKinds.All.Except(covered));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void No_image_of_the_golden_inputs_is_overlooked(string name)
    {
        var text = File.ReadAllText(Path.Combine(SourceTree.Root, Folder, name + ".yaml"));
        var written = text.Split("222222222222.dkr.ecr.eu-west-1.amazonaws.com").Length - 1;

        Assert.Equal(written, ImageDiscovery.Find(Documents(name)).Findings.Count(f => f.Reference.Registry.StartsWith("2222", StringComparison.Ordinal)));
    }

    private static IReadOnlyList<ManifestDocument> Documents(string name)
    {
        using var stream = File.OpenRead(Path.Combine(SourceTree.Root, Folder, name + ".yaml"));
        return ManifestStream.Read(name + ".yaml", stream);
    }

    private static string Print(DiscoveryResult result)
    {
        var text = new StringBuilder();
        foreach (var finding in result.Findings) text.Append($"found   {finding.Location}\n        {finding.Reference}\n");
        foreach (var skipped in result.Skipped) text.Append($"skipped {skipped.Location}\n        {skipped.Reason}: {skipped.Text}\n");
        foreach (var problem in result.Problems) text.Append($"problem {problem}\n");
        return text.ToString();
    }
}
