using System.Text;
using Promoter.Discovery;
using Promoter.Yaml;

namespace Promoter.Tests.Discovery;

public sealed class ManifestStreamTests
{
    private const string Pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{image: 'dst.example/a:1'}]}\n";
    private const string JsonPod = """{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"},"spec":{"containers":[{"image":"dst.example/a:1"}]}}""";

    [Fact]
    public void Empty_documents_and_comments_are_passed_over_and_counted()
    {
        var documents = Read($"---\n# nothing\n---\n{Pod}---\n---\n{Pod}...\n");

        Assert.Equal([1, 3], documents.Select(d => d.Index));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("---\n---\n")]
    [InlineData("# only a comment")]
    [InlineData("null\n")]
    public void A_stream_without_documents_is_empty(string text) => Assert.Empty(Read(text));

    [Fact]
    public void Windows_line_ends_and_byte_order_marks_are_taken()
    {
        var windows = Pod.Replace("\n", "\r\n", StringComparison.Ordinal);

        Assert.Single(Images(Encoding.UTF8.GetBytes(windows)));
        Assert.Single(Images([.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(windows)]));
        Assert.Single(Images([.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(Pod)]));
        Assert.Single(Images([.. Encoding.BigEndianUnicode.Preamble, .. Encoding.BigEndianUnicode.GetBytes(Pod)]));
        Assert.Equal(2, Images(Encoding.UTF8.GetBytes($"\uFEFF---\n{Pod}---\n\uFEFF{Pod}")).Count);
    }

    [Theory]
    [InlineData(JsonPod, 1)]
    [InlineData(JsonPod + "\n" + JsonPod + "\n", 2)]
    [InlineData(JsonPod + JsonPod, 2)]
    [InlineData(JsonPod + "\n---\n" + JsonPod, 2)]
    [InlineData("  \n\t" + JsonPod, 1)]
    [InlineData("{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[" + JsonPod + "," + JsonPod + "]}", 2)]
    [InlineData("{apiVersion: v1, kind: Pod, spec: {containers: [{image: 'a:1'}]}}", 1)]
    [InlineData("{\"apiVersion\": v1, kind: Pod, spec: {containers: [{image: 'a:1'}]}}", 1)]
    [InlineData("{\n\t\"apiVersion\": \"v1\",\n\t\"kind\": \"Pod\",\n\t\"e\": \"\\ud83d\\ude00\",\n\t\"spec\": {\"containers\": [{\"image\": \"a:1\"}]}}", 1)]
    public void JSON_is_read_alone_in_a_row_and_between_separators(string text, int images) => Assert.Equal(images, Images(Encoding.UTF8.GetBytes(text)).Count);

    [Fact]
    public void Places_in_JSON_are_lines_and_columns()
    {
        var finding = Assert.Single(Images("{\"apiVersion\":\"v1\",\n \"kind\":\"Pod\",\n \"spec\":{\"containers\":[\n  {\"image\": \"a:1\"}]}}"u8.ToArray()));

        Assert.Equal((4, 13), (finding.Location.Line, finding.Location.Column));
    }

    [Theory]
    [InlineData("a: 1\n\tb: 2\n", "m.yaml:2:", "indented with a tab")]
    [InlineData("a:\n\t- b\n", "m.yaml:2:", "indented with a tab")]
    [InlineData("a: [1, 2\n", "m.yaml:2:1: ", "did not find expected")]
    [InlineData("a: {{ .Values.x }}\nb: {{- if c }}\n", "m.yaml:", "render it first")]
    [InlineData("<<<<<<< HEAD\na: 1\n=======\n", "m.yaml:1:1: ", "git left a merge conflict")]
    [InlineData("a: *nowhere\n", "m.yaml:1:4: ", "there is no anchor '&nowhere'")]
    [InlineData("a: &x [*x]\n", "m.yaml:1:8: ", "stands inside what it refers to")]
    [InlineData("{\"a\": [1, 2}", "m.yaml:1:", "this is not JSON")]
    [InlineData("{\"a\": 1} trailing", "m.yaml:1:", "this is not JSON")]
    public void What_cannot_be_read_is_named_by_place_and_remedy(string text, string place, string problem)
    {
        var exception = Assert.Throws<ManifestException>(() => Read(text));

        Assert.StartsWith(place, exception.Message, StringComparison.Ordinal);
        Assert.Contains(problem, exception.Message, StringComparison.Ordinal);
        Assert.Equal("m.yaml", exception.File);
        Assert.NotNull(exception.Position);
    }

    [Fact]
    public void Every_duplicate_key_of_a_document_is_reported()
    {
        var exception = Assert.Throws<ManifestException>(() => Read("a: 1\nb: {c: 1, c: 2}\na: 2\n"));

        Assert.Equal(
            ["m.yaml:2:11: duplicate key 'c': it already stands in line 2", "m.yaml:3:1: duplicate key 'a': it already stands in line 1"],
            exception.Message.Split(Environment.NewLine));
    }

    [Fact]
    public void A_duplicate_key_in_JSON_is_reported()
    {
        var exception = Assert.Throws<ManifestException>(() => Read("{\"a\":1, \"a\":2}"));

        Assert.Equal("m.yaml:1:9: duplicate key 'a': it already stands in line 1", exception.Message);
    }

    [Fact]
    public void A_binary_file_is_named_as_such()
    {
        var exception = Assert.Throws<ManifestException>(() => ManifestStream.Read("logo.png", new byte[] { 0x89, 0x50, 0x4E, 0x47, 0, 1, 2 }));

        Assert.StartsWith("logo.png: this is a binary file", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_byte_that_is_not_UTF8_is_named_by_line()
    {
        byte[] bytes = [.. "a: 1\nb: "u8, 0xFF, .. "\n"u8];

        var exception = Assert.Throws<ManifestException>(() => ManifestStream.Read("m.yaml", bytes));

        Assert.StartsWith("m.yaml:2:1: a byte in this line is not UTF-8", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_large_ConfigMap_is_read()
    {
        var data = string.Concat(Enumerable.Range(0, 60_000).Select(i => $"    line {i} with some text: and a colon, \"quotes\" and [brackets]\n"));
        var keys = string.Concat(Enumerable.Range(0, 5_000).Select(i => $"  key-{i}: value\n"));

        var documents = Read($"apiVersion: v1\nkind: ConfigMap\ndata:\n  file: |\n{data}{keys}---\n{Pod}");

        Assert.Equal(5_001, ((YamlMapping)documents[0].Root).MapOf("data")!.Entries.Count);
        Assert.Equal(2, documents.Count);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    public void Nesting_without_end_is_refused(string step)
    {
        var text = string.Concat(Enumerable.Repeat(step, 20_000));

        Assert.Throws<ManifestException>(() => Read(text));
    }

    [Fact]
    public void Aliases_that_multiply_without_end_are_refused()
    {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
            + string.Concat(Enumerable.Range(1, 12).Select(i => $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n"));

        Assert.Contains("expand to more than", Assert.Throws<ManifestException>(() => Read(text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Merge_keys_take_maps_and_lists_of_maps_and_the_own_key_wins()
    {
        var root = (YamlMapping)Assert.Single(Read("a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {<<: [*a, *b], z: 3}\n")).Root;

        var merged = root.MapOf("c")!;

        Assert.Equal(("1", "1", "3"), (merged.TextOf("x"), merged.TextOf("y"), merged.TextOf("z")));
    }

    [Fact]
    public void A_merge_key_without_a_map_is_an_error() =>
        Assert.Equal("m.yaml:1:5: '<<' merges maps, found a text", Assert.Throws<ManifestException>(() => Read("<<: text\n")).Message);

    private static IReadOnlyList<ManifestDocument> Read(string text) => ManifestStream.Read("m.yaml", Encoding.UTF8.GetBytes(text));

    private static IReadOnlyList<ImageFinding> Images(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        return ImageDiscovery.Find(ManifestStream.Read("m.yaml", stream)).Findings;
    }
}
