using Promoter.Emulator;

namespace Promoter.Job.Tests;

/// <summary>A source and a target registry on loopback, for commands that need no AWS.</summary>
internal sealed class TwoRegistries : IAsyncDisposable
{
    private TwoRegistries(EmulatedRegistry source, EmulatedRegistry target)
    {
        Source = source;
        Target = target;
    }

    public EmulatedRegistry Source { get; }

    public EmulatedRegistry Target { get; }

    public static async Task<TwoRegistries> StartAsync(RegistryOptions? source = null, RegistryOptions? target = null) =>
        new(await EmulatedRegistry.StartAsync(source ?? new RegistryOptions { Name = "source" }), await EmulatedRegistry.StartAsync(target ?? new RegistryOptions { Name = "target" }));

    public string From(string image) => $"{Source.ReferenceHost}/{image}";

    public string To(string image) => $"{Target.ReferenceHost}/{image}";

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await Target.DisposeAsync();
    }
}
