namespace Promoter.Registries.Layouts;

/// <summary>Makes sure that one at a time changes a layout's index: within the process, and among processes on one machine.</summary>
internal sealed class LayoutLock(LayoutFolder folder, LayoutCatalog catalog) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);
    private bool _prepared;

    /// <summary>Waits for its turn; makes the layout where there is none.</summary>
    /// <exception cref="IOException">The folder holds something else, or another process does not let go.</exception>
    public async Task<IDisposable> TakeAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (!_prepared) await folder.PrepareAsync(LayoutIndex.Empty, cancellationToken);
            _prepared = await catalog.IsLayoutAsync(cancellationToken);
            return new Turn(await folder.LockAsync(cancellationToken), _one);
        }
        catch
        {
            _one.Release();
            throw;
        }
    }

    public void Dispose() => _one.Dispose();

    private sealed class Turn(IDisposable file, SemaphoreSlim one) : IDisposable
    {
        public void Dispose()
        {
            file.Dispose();
            one.Release();
        }
    }
}
