using Promoter.Interop.Tests.Images;
using Promoter.Interop.Tests.Tools;

namespace Promoter.Interop.Tests.Repository;

/// <summary>The repository as somebody clones it, with nothing built and nothing installed.</summary>
public sealed class FreshClone : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    public string Root => _folder["clone"];

    public async ValueTask InitializeAsync()
    {
        Toolbox.Require("git");
        await WorkingTree.CopyAsync(Root);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
