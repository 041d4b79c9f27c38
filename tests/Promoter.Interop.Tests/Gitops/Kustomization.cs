using Promoter.Interop.Tests.Tools;

namespace Promoter.Interop.Tests.Gitops;

/// <summary>A copy of the repository's charts and examples that a test may edit, built by the real <c>kubectl kustomize</c>.</summary>
public sealed class Kustomization : IDisposable
{
    private readonly ExternalProgram _kubectl = new(Toolbox.Require("kubectl"));
    private readonly TemporaryFolder _folder = new();

    public Kustomization()
    {
        foreach (var tree in (string[])["charts/kustomize", "examples/kustomize"]) _folder.CopyTree(Toolbox.RepositoryRoot, tree);
    }

    public string this[string path] => _folder[path];

    /// <summary>Replaces a text that has to be there.</summary>
    public void Edit(string path, string before, string after)
    {
        var text = File.ReadAllText(_folder[path]);
        Assert.Contains(before, text, StringComparison.Ordinal);
        File.WriteAllText(_folder[path], text.Replace(before, after, StringComparison.Ordinal));
    }

    /// <summary>Replaces a text in every file.</summary>
    public void ReplaceEverywhere(string before, string after)
    {
        foreach (var file in Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories))
        {
            File.WriteAllText(file, File.ReadAllText(file).Replace(before, after, StringComparison.Ordinal));
        }
    }

    public Task<ProgramResult> TryBuildAsync(string overlay) => _kubectl.TryRunAsync(["kustomize", _folder[overlay]]);

    public async Task<Rendered> BuildAsync(string overlay) => Rendered.Parse((await TryBuildAsync(overlay)).EnsureSuccess().Text);

    public void Dispose() => _folder.Dispose();
}
