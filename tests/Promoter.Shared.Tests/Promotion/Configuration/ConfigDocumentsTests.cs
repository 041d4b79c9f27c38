using System.Text.Json.Nodes;
using Promoter.Promotion.Configuration;

namespace Promoter.Tests.Promotion.Configuration;

public sealed class ConfigDocumentsTests
{
    [Fact]
    public void The_schema_in_docs_is_current() => GoldenFile.Check("docs/config.schema.json", ConfigSchema.Generate());

    [Fact]
    public void The_reference_in_docs_is_current() => GoldenFile.Check("docs/configuration.md", ConfigReference.Generate());

    [Fact]
    public void The_schema_allows_only_known_keys_and_carries_the_defaults()
    {
        var schema = JsonNode.Parse(ConfigSchema.Generate())!;
        var rule = schema["properties"]!["rules"]!["items"]!;

        Assert.False((bool)schema["additionalProperties"]!);
        Assert.False((bool)rule["additionalProperties"]!);
        Assert.Equal(["name", "source", "target"], rule["required"]!.AsArray().Select(k => (string)k!));
        Assert.Equal(8, (int)schema["properties"]!["transfer"]!["properties"]!["parallelism"]!["default"]!);
        Assert.Equal("256MiB", (string)schema["properties"]!["transfer"]!["properties"]!["chunkedUploadThreshold"]!["default"]!);
    }

    [Fact]
    public void The_example_of_the_reference_is_valid()
    {
        var text = ConfigReference.Generate();
        var start = text.IndexOf("```yaml", StringComparison.Ordinal) + "```yaml\n".Length;
        var example = text[start..text.IndexOf("```", start, StringComparison.Ordinal)];

        var config = PromotionConfigFile.Read("configuration.md", example, ConfigEnvironment.Empty, ".");

        Assert.Equal("apps", Assert.Single(config.Rules).Name);
    }
}
