[assembly: AssemblyFixture(typeof(PinnedTools))]

namespace Promoter.Tests;

/// <summary>Puts the programs that eng/install-tools.sh pinned at the front of PATH, so that whatever a test starts finds them.</summary>
public sealed class PinnedTools
{
    public PinnedTools()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Promotion.sln"))) directory = directory.Parent;
        if (directory is null) return;
        var tools = Path.Combine(directory.FullName, ".cache", "tools", "bin");
        if (Directory.Exists(tools)) Environment.SetEnvironmentVariable("PATH", $"{tools}{Path.PathSeparator}{Environment.GetEnvironmentVariable("PATH")}");
    }
}
