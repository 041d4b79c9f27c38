using Promoter.Admission.Configuration;
using Promoter.Admission.Decisions;
using Promoter.Admission.Engine;
using Promoter.Promotion;
using Promoter.Promotion.Configuration;

namespace Promoter.Admission.Hosting;

/// <summary>Makes settings of the configuration file, at the start and whenever it changes.</summary>
internal sealed class SettingsReader(string path, ConfigEnvironment variables, Func<string, string?> environment, TimeProvider time, ILoggerFactory loggers)
{
    public string File => path;

    /// <exception cref="ConfigException">Something in the file or the environment is wrong; carries all that is.</exception>
    public AdmissionSettings Read()
    {
        var config = PromotionConfigFile.Load(path, variables);
        var admission = AdmissionSection.Read(config, variables, path);
        var clients = new EngineClients(config, environment, time, loggers);
        return new AdmissionSettings(admission, new ImagePairing(new PromotionRules(config.Rules)), new RegistryEngine(clients, config, time, loggers));
    }
}
