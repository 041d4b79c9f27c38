namespace Promoter.Admission.Hosting;

/// <summary>Leaves signals to the command line: it alone decides when the host stops, after the replica was taken out of the endpoints.</summary>
internal sealed class CommandLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
