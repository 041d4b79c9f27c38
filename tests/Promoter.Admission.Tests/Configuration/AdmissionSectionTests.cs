using Promoter.Admission.Configuration;
using Promoter.Promotion.Configuration;

namespace Promoter.Admission.Tests.Configuration;

public sealed class AdmissionSectionTests
{
    private const string Rules = """
        apiVersion: promoter.dev/v1alpha1
        kind: PromotionConfig
        rules:
        - { name: shop, source: a.example.com, target: b.example.com }

        """;

    [Fact]
    public void Without_the_section_the_defaults_hold()
    {
        var config = Read("");

        Assert.Equal(new AdmissionConfig().OnMissing, config.OnMissing);
        Assert.Equal(FaultAnswers.OfSource, config.Source);
        Assert.Null(config.OnDemand.JobAbove);
    }

    [Fact]
    public void Every_key_is_read()
    {
        var config = Read("""
            admission:
              observe: true
              onMissing: gate
              cannotGate: source
              onRefused: allow
              onTarget: { denied: deny, throttled: gate, timedOut: source }
              onSource: { missing: allow, denied: deny, throttled: deny, timedOut: deny }
              pin: true
              rewriteSource: false
              inlineBudget: 1s
              allowOptOut: true
              excludeNamespaces: [kube-system, cni]
              cache: { present: 1m, missing: 2s, lookUp: 3s }
              gate: { enabled: false, deadline: 5m, onDeadline: keep }
              onDemand: { parallelism: 2, leaseDuration: 30s, jobAbove: 5GiB }
              access: { pullSecrets: true, sources: [a.example.com/team], allowNetworks: [10.0.0.0/8, "fd00::/8"], maxImageSize: 20GiB, quota: { bytesPerHour: 100GiB, imagesPerHour: 50, concurrent: 3 } }
              rules: { shop: { onMissing: inline, cannotGate: deny, pin: false, pullSecrets: false } }
            """);

        Assert.True(config.Observe && config.Pin && config.AllowOptOut && !config.RewriteSource && !config.Gate.Enabled);
        Assert.Equal((MissingAnswer.Gate, FallbackAnswer.Source, FallbackAnswer.Allow), (config.OnMissing, config.CannotGate, config.OnRefused));
        Assert.Equal(new FaultAnswers(FaultAnswer.Gate, FaultAnswer.Deny, FaultAnswer.Gate, FaultAnswer.Source), config.Target);
        Assert.Equal(new FaultAnswers(FaultAnswer.Allow, FaultAnswer.Deny, FaultAnswer.Deny, FaultAnswer.Deny), config.Source);
        Assert.Equal((TimeSpan.FromMinutes(5), DeadlineAnswer.Keep), (config.Gate.Deadline, config.Gate.OnDeadline));
        Assert.Equal((2, 5L << 30), (config.OnDemand.Parallelism, config.OnDemand.JobAbove));
        Assert.Equal((20L << 30, 50, 3), (config.Access.MaxImageBytes, config.Access.Quota!.ImagesPerHour, config.Access.Quota.Concurrent));
        Assert.Equal((MissingAnswer.Inline, FallbackAnswer.Deny, false, false), (config.MissingFor("shop"), config.CannotGateFor("shop"), config.PinFor("shop"), config.UsesPullSecrets("shop")));
        Assert.True(config.UsesPullSecrets("another"));
        Assert.Equal(("a.example.com/team", 2), (Assert.Single(config.Access.Sources).ToString(), config.Access.AllowNetworks.Count));
    }

    [Theory]
    [InlineData("admission: { onMising: auto }", "onMissing")]
    [InlineData("admission: { onMissing: wait }", "wait")]
    [InlineData("admission: { gate: { deadline: soon } }", "soon")]
    [InlineData("admission: { onDemand: { leaseDuration: 1s } }", "from 5s to 10m, found '1s'")]
    [InlineData("admission: { onDemand: { leaseDuration: 1h } }", "from 5s to 10m, found '1h'")]
    [InlineData("admission: { gate: { deadline: 60d } }", "from 1s to 7d")]
    [InlineData("admission: { cache: { present: 30d } }", "from 1s to 7d")]
    [InlineData("admission: { cache: { missing: 2h } }", "from 100ms to 1h")]
    [InlineData("admission: { cache: { lookUp: 5m } }", "from 10ms to 30s")]
    [InlineData("admission: { inlineBudget: 1m }", "from 10ms to 30s")]
    [InlineData("admission: { access: { allowNetworks: [10.0.0.1] } }", "10.0.0.0/8")]
    [InlineData("admission: { access: { sources: [https://a.example.com] } }", "URL scheme")]
    [InlineData("admission: { rules: { shp: { pin: true } } }", "shp")]
    public void What_is_wrong_is_named_with_its_place(string section, string expected)
    {
        var refused = Assert.Throws<ConfigException>(() => Read(section));

        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
        Assert.Contains("config.yaml:5:", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_environment_overrides_the_file()
    {
        var environment = new ConfigEnvironment(new Dictionary<string, string> { ["PROMOTER_ADMISSION_ON_MISSING"] = "deny", ["PROMOTER_ADMISSION_SERVICE_HOST"] = "10.0.0.1" });

        Assert.Equal(MissingAnswer.Deny, Read("admission: { onMissing: gate }", environment).OnMissing);
    }

    private static AdmissionConfig Read(string section, ConfigEnvironment? environment = null)
    {
        var config = PromotionConfigFile.Read("config.yaml", Rules + section, ConfigEnvironment.Empty, Environment.CurrentDirectory);
        return AdmissionSection.Read(config, environment ?? ConfigEnvironment.Empty, "config.yaml");
    }
}
