namespace Promoter.Interop.Tests.Tools;

/// <summary>A running container; disposing it ends it as a kubelet does, by SIGTERM.</summary>
public sealed class RestrictedContainer(Daemon output, Func<Task> terminate) : IAsyncDisposable
{
    public Daemon Output => output;

    public async ValueTask DisposeAsync()
    {
        await terminate();
        await output.DisposeAsync();
    }
}
