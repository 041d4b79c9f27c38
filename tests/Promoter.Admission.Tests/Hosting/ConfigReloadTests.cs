using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Promoter.Admission.Configuration;
using Promoter.Admission.Hosting;
using Promoter.Admission.Tests.Support;
using Promoter.Promotion.Configuration;

namespace Promoter.Admission.Tests.Hosting;

public sealed class ConfigReloadTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("promoter-config-");

    private string File => Path.Combine(_directory.FullName, "config.yaml");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task A_changed_file_is_applied_and_a_wrong_one_leaves_the_last_good_one_in_place_and_a_metric_says_so()
    {
        var time = new ManualTime();
        Write("onMissing: gate");
        var reader = Reader(time);
        await using var webhook = await Webhook.StartAsync(time: time, configure: builder =>
            builder.Services.AddSingleton(reader).AddSingleton<ConfigReload>().AddHostedService(provider => provider.GetRequiredService<ConfigReload>()));
        var state = webhook.Services.GetRequiredService<AdmissionState>();

        await UntilAsync(time, "onMissing: deny", () => state.Current.Config.OnMissing is MissingAnswer.Deny);
        Assert.Contains("promoter_admission_config_valid 1", await webhook.GetAsync("/metrics"), StringComparison.Ordinal);

        await UntilAsync(time, "onMissing: perhaps", () => !webhook.Services.GetRequiredService<ConfigReload>().IsValid);
        Assert.Equal(MissingAnswer.Deny, state.Current.Config.OnMissing);
        var metrics = await webhook.GetAsync("/metrics");
        Assert.Contains("promoter_admission_config_valid 0", metrics, StringComparison.Ordinal);
        Assert.Contains("promoter_admission_config_reloads_total{outcome=\"refused\"} 1", metrics, StringComparison.Ordinal);
        Assert.Equal(System.Net.HttpStatusCode.OK, await webhook.StatusOfAsync("/readyz"));

        await UntilAsync(time, "onMissing: allow", () => state.Current.Config.OnMissing is MissingAnswer.Allow);
        Assert.Contains("promoter_admission_config_valid 1", await webhook.GetAsync("/metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_configuration_ends_the_start_with_its_place_and_the_exit_code_of_usage()
    {
        Write("onMissing: perhaps");

        var (exitCode, output) = await ReplicaProcess.RunAsync("serve", "--config", File, "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0", "--no-kubernetes");

        Assert.Equal(2, exitCode);
        Assert.Contains("config.yaml:6:", output, StringComparison.Ordinal);
        Assert.Contains("perhaps", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Jobs_without_an_image_for_them_are_refused()
    {
        Write("onDemand: { jobAbove: 1GiB }");

        var refused = Assert.Throws<ConfigException>(() => Reader(TimeProvider.System).Read());

        Assert.Contains("PROMOTER_JOB_IMAGE", refused.Message, StringComparison.Ordinal);
    }

    private SettingsReader Reader(TimeProvider time) => new(File, ConfigEnvironment.Empty, _ => null, hasCluster: true, time, NullLoggerFactory.Instance);

    private void Write(string section) => System.IO.File.WriteAllText(
        File, $"apiVersion: promoter.dev/v1alpha1\nkind: PromotionConfig\nrules:\n- {{ name: shop, source: a.example.com, target: b.example.com }}\nadmission:\n  {section}\n");

    private Task UntilAsync(ManualTime time, string section, Func<bool> condition)
    {
        Write(section);
        return Eventually.TrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(5));
                return condition();
            },
            $"'{section}' was not taken note of");
    }
}
