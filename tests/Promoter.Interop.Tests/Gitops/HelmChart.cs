using Promoter.Interop.Tests.Tools;

namespace Promoter.Interop.Tests.Gitops;

/// <summary>A chart of this repository, rendered by the real helm.</summary>
public sealed class HelmChart(string path)
{
    private readonly ExternalProgram _helm = new(Toolbox.Require("helm"));

    public static HelmChart Named(string name) => new(Path.Combine(Toolbox.RepositoryRoot, "charts", name));

    /// <summary>The values files that the chart's own checks use.</summary>
    public string Values(string name) => Path.Combine(path, "ci", $"{name}-values.yaml");

    public Task<ProgramResult> TryTemplateAsync(params string[] arguments) =>
        _helm.TryRunAsync(["template", "shop", path, "--namespace", "shop", .. arguments]);

    public async Task<Rendered> TemplateAsync(params string[] arguments) => Rendered.Parse((await TryTemplateAsync(arguments)).EnsureSuccess().Text);

    /// <summary>The message with which the chart refuses these values.</summary>
    public async Task<string> RefusalAsync(params string[] arguments)
    {
        var result = await TryTemplateAsync(arguments);
        Assert.True(result.ExitCode != 0, $"The chart accepted the values:\n{result}");
        return result.Errors;
    }
}
