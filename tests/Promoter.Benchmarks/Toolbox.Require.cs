namespace Promoter.Interop.Tests.Tools;

public static partial class Toolbox
{
    /// <summary>Full path of a program that the comparison cannot do without.</summary>
    public static string Require(string program) =>
        Find(program) ?? throw new InvalidOperationException($"{program} is not installed: run eng/install-tools.sh --bench (as root on Debian), or install it yourself.");
}
