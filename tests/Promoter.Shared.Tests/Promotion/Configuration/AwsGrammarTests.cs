using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Promoter.Promotion.Configuration;
using Promoter.Tests.Architecture;

namespace Promoter.Tests.Promotion.Configuration;

/// <summary>Names of AWS are read alike by the configuration, its schema and the charts' values.</summary>
public sealed class AwsGrammarTests
{
    [Theory]
    [InlineData("arn:aws:iam::111111111111:role/promoter", true)]
    [InlineData("arn:aws-us-gov:iam::111111111111:role/team/promoter_1+a=b,c.d@e", true)]
    [InlineData("arn:aws-eusc:iam::111111111111:role/promoter", true)]
    [InlineData("arn:aws2:iam::111111111111:role/promoter", false)]
    [InlineData("arn:aws:iam::11111111111:role/promoter", false)]
    [InlineData("arn:aws:iam::111111111111:role/", false)]
    [InlineData("arn:aws:iam::111111111111:role/a role", false)]
    [InlineData("arn:aws:iam::111111111111:role/promoter\n", false)]
    [InlineData("arn:aws:iam::111111111111:user/promoter", false)]
    [InlineData("arn:aws:sts::111111111111:assumed-role/promoter/session", false)]
    [InlineData(" arn:aws:iam::111111111111:role/promoter", false)]
    public void A_role_is_written_as_its_ARN(string role, bool isRole) => AssertAlike("roleArn", AwsGrammar.RoleArn, role, isRole);

    [Theory]
    [InlineData("eu-west-1", true)]
    [InlineData("us-gov-east-1", true)]
    [InlineData("eusc-de-east-1", true)]
    [InlineData("Ireland", false)]
    [InlineData("eu-west", false)]
    [InlineData("europe-west-1", false)]
    [InlineData("eu-west-1a", false)]
    [InlineData("eu-west-1\n", false)]
    public void A_region_is_written_as_AWS_writes_it(string region, bool isRegion) => AssertAlike("region", AwsGrammar.Region, region, isRegion);

    [Fact]
    public void The_charts_ask_for_the_same_as_the_configuration()
    {
        Assert.Equal(6, Chart("promoter-job").Concat(Chart("promoter-admission")).Count(p => p.Key is "roleArn" or "targetRoleArn"));
        Assert.Equal(2, Chart("promoter-job").Concat(Chart("promoter-admission")).Count(p => p.Key is "region"));
        foreach (var (key, pattern) in Chart("promoter-job").Concat(Chart("promoter-admission")))
        {
            // A value that is not set is empty in a chart.
            Assert.Equal($"^$|{(key == "region" ? AwsGrammar.Region : AwsGrammar.RoleArn)}", pattern);
        }
    }

    private static void AssertAlike(string key, Regex grammar, string text, bool isValid)
    {
        var yaml = $"apiVersion: promoter.dev/v1alpha1\nkind: PromotionConfig\nregistries: [{{host: 111111111111.dkr.ecr.eu-west-1.amazonaws.com, aws: {{{key}: {JsonValue.Create(text).ToJsonString()}}}}}]\n";
        var refusal = Record.Exception(() => PromotionConfigFile.Read("c.yaml", yaml, ConfigEnvironment.Empty, "."));

        Assert.True(isValid == refusal is null, refusal?.Message);
        if (refusal is not null) Assert.IsType<ConfigException>(refusal);

        // JSON schemas are read by engines whose $ is the end of the text; .NET's also stands before a last line feed.
        Assert.Equal(isValid, Regex.IsMatch(text, grammar.ToString().TrimEnd('$') + @"\z", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)));
    }

    /// <summary>The patterns of a chart's values that name a role or a region, by key.</summary>
    private static IEnumerable<KeyValuePair<string, string>> Chart(string name)
    {
        var schema = JsonNode.Parse(File.ReadAllText(Path.Combine(SourceTree.Root, "charts", name, "values.schema.json")))!;
        return Patterns(schema).Where(p => p.Key is "roleArn" or "targetRoleArn" or "region");
    }

    private static IEnumerable<KeyValuePair<string, string>> Patterns(JsonNode? node) => node is not JsonObject map ? [] : map.SelectMany(entry =>
        entry.Value is JsonObject inner && inner["pattern"] is JsonValue pattern ? [KeyValuePair.Create(entry.Key, (string)pattern!)] : Patterns(entry.Value));
}
