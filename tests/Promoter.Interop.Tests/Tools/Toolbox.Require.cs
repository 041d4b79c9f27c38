namespace Promoter.Interop.Tests.Tools;

public static partial class Toolbox
{
    /// <summary>Full path of a program; where it is not installed, the running test is skipped by name.</summary>
    public static string Require(string program)
    {
        var path = Find(program);
        Assert.SkipWhen(path is null, $"{program} is not installed: run eng/install-tools.sh (as root on Debian), or install it yourself.");
        return path;
    }

    /// <summary>Skips the running test where it lacks the privileges that mounts and namespaces need.</summary>
    public static void RequireRoot() =>
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Containers and their storage need root here: run the tests as root.");
}
