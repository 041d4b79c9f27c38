using Promoter.Admission.Configuration;
using Promoter.Admission.Decisions;
using Promoter.Admission.Engine;
using Promoter.Admission.Jobs;
using Promoter.Promotion;
using Promoter.Promotion.Configuration;

namespace Promoter.Admission.Hosting;

/// <summary>Makes settings of the configuration file, at the start and whenever it changes.</summary>
/// <param name="hasCluster">Whether Jobs are possible at all.</param>
internal sealed partial class SettingsReader(string path, ConfigEnvironment variables, Func<string, string?> environment, bool hasCluster, TimeProvider time, ILoggerFactory loggers)
{
    public string File => path;

    /// <exception cref="ConfigException">Something in the file or the environment is wrong; carries all that is.</exception>
    public AdmissionSettings Read()
    {
        var config = PromotionConfigFile.Load(path, variables);
        var admission = AdmissionSection.Read(config, variables, path);
        if (hasCluster && admission.OnDemand.JobAbove is not null && JobSettings.Read(environment) is null)
        {
            throw new ConfigException(new ConfigProblem(
                path, null, $"admission.onDemand.jobAbove makes Jobs, which need {JobSettings.ImageVariable} and {JobSettings.ConfigMapVariable} in the environment: set largeCopies.image in the chart's values, or leave jobAbove out"));
        }

        if (admission.Gate is { Enabled: true, OnDeadline: DeadlineAnswer.Source }) LogNeedsImages(loggers.CreateLogger<SettingsReader>());
        var clients = new EngineClients(config, admission.Access, environment, time, loggers);
        return new AdmissionSettings(admission, new ImagePairing(new PromotionRules(config.Rules)), new RegistryEngine(clients, config, time, loggers));
    }

    [LoggerMessage(
        5213,
        LogLevel.Information,
        "admission.gate.onDeadline is source: the policy that limits this account has to let it change images (policies.limitServiceAccount.mayChangeImages in the chart); otherwise pods are released as they are")]
    private static partial void LogNeedsImages(ILogger logger);
}
