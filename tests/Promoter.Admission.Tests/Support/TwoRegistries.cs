using Microsoft.Extensions.Logging.Abstractions;
using Promoter.Admission.Configuration;
using Promoter.Admission.Engine;
using Promoter.Admission.OnDemand;
using Promoter.Emulator;
using Promoter.Oci;
using Promoter.Promotion.Configuration;

namespace Promoter.Admission.Tests.Support;

/// <summary>The real engine between two emulated registries.</summary>
internal sealed class TwoRegistries : IAsyncDisposable
{
    private TwoRegistries(EmulatedRegistry source, EmulatedRegistry target, string prefix)
    {
        (Source, Target) = (source, target);
        Config = new PromotionConfig
        {
            Rules = [new PromotionRuleConfig { Name = "all", Source = RegistryPrefix.Parse(source.ReferenceHost), Target = RegistryPrefix.Parse(target.ReferenceHost + prefix) }],
        };
        Engine = new RegistryEngine(
            new EngineClients(Config, new AccessConfig(), _ => null, TimeProvider.System, NullLoggerFactory.Instance), Config, TimeProvider.System, NullLoggerFactory.Instance);
        Prefix = prefix;
    }

    public EmulatedRegistry Source { get; }

    public EmulatedRegistry Target { get; }

    public PromotionConfig Config { get; }

    public RegistryEngine Engine { get; }

    private string Prefix { get; }

    /// <param name="prefix">Of the target's repositories: empty, or with a slash in front.</param>
    public static async Task<TwoRegistries> StartAsync(string prefix = "", RegistryOptions? target = null) => new(
        await EmulatedRegistry.StartAsync(new RegistryOptions { Name = "source" }), await EmulatedRegistry.StartAsync(target ?? new RegistryOptions { Name = "target" }), prefix);

    public ImageReference TargetOf(string image) => ImageReference.Parse($"{Target.ReferenceHost}{Prefix}/{image}");

    public PairedImage Pair(string image) => new("all", ImageReference.Parse($"{Source.ReferenceHost}/{image}"), TargetOf(image), NamesSource: false);

    public async ValueTask DisposeAsync()
    {
        Engine.Dispose();
        await Source.DisposeAsync();
        await Target.DisposeAsync();
    }
}
