using Promoter.Promotion.Configuration;

namespace Promoter.Tests.Promotion.Configuration;

public sealed class ConfigEnvironmentTests
{
    private const string File = "apiVersion: promoter.dev/v1alpha1\nkind: PromotionConfig\ntransfer: { parallelism: 2, retries: 3 }\n";

    [Fact]
    public void The_environment_overrides_the_file()
    {
        var config = Read(("PROMOTER_TRANSFER_PARALLELISM", "16"), ("PROMOTER_TRANSFER_IDLE_TIMEOUT", "5s"), ("PROMOTER_TRANSFER_CHUNKED_UPLOAD_THRESHOLD", "1GiB"));

        Assert.Equal((16, 3), (config.Transfer.Parallelism, config.Transfer.Retries));
        Assert.Equal(TimeSpan.FromSeconds(5), config.Transfer.IdleTimeout);
        Assert.Equal(1L << 30, config.Transfer.ChunkedUploadThreshold);
    }

    [Fact]
    public void A_variable_that_is_empty_counts_as_not_set() => Assert.Equal(2, Read(("PROMOTER_TRANSFER_PARALLELISM", "")).Transfer.Parallelism);

    [Fact]
    public void Wrong_values_and_unknown_variables_are_reported_together()
    {
        var exception = Assert.Throws<ConfigException>(() => Read(("PROMOTER_TRANSFER_RETRIES", "many"), ("PROMOTER_TRANSFER_PARALELISM", "4"), ("PROMOTER_TRANSFER_COLOUR", "4")));

        Assert.Equal(
            [
                "environment variable PROMOTER_TRANSFER_COLOUR: there is no such setting: unset it",
                "environment variable PROMOTER_TRANSFER_PARALELISM: there is no such setting: did you mean PROMOTER_TRANSFER_PARALLELISM?",
                "environment variable PROMOTER_TRANSFER_RETRIES: must be a whole number from 0 to 20, found 'many'",
            ],
            exception.Problems.Select(p => p.ToString()).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("PROMOTER_TRANSFER_SERVICE_HOST")]
    [InlineData("PROMOTER_TRANSFER_SERVICE_PORT")]
    [InlineData("PROMOTER_TRANSFER_SERVICE_PORT_HTTPS")]
    [InlineData("PROMOTER_TRANSFER_PORT")]
    [InlineData("PROMOTER_TRANSFER_PORT_443_TCP_ADDR")]
    public void What_Kubernetes_injects_for_a_Service_is_no_setting(string variable) => Assert.Equal(2, Read((variable, "tcp://10.0.0.1:443")).Transfer.Parallelism);

    [Fact]
    public void Without_a_file_the_environment_overrides_the_defaults()
    {
        var environment = new ConfigEnvironment(new Dictionary<string, string> { ["PROMOTER_TRANSFER_RETRIES"] = "0" });

        Assert.Equal(0, PromotionConfigFile.Default(environment).Transfer.Retries);
    }

    private static PromotionConfig Read(params (string Name, string Value)[] variables) =>
        PromotionConfigFile.Read("c.yaml", File, new ConfigEnvironment(variables.ToDictionary(v => v.Name, v => v.Value)), ".");
}
