using Promoter.Tests.Architecture;

namespace Promoter.Tests;

/// <summary>Compares a text with a file of the working tree; with UPDATE_GOLDEN=1 in the environment the file is written instead.</summary>
internal static class GoldenFile
{
    /// <param name="path">Relative to the root of the tree.</param>
    public static void Check(string path, string actual)
    {
        var file = Path.Combine(SourceTree.Root, path);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, actual);
            return;
        }

        Assert.True(File.Exists(file), $"{path} is missing: run with UPDATE_GOLDEN=1, and read what it wrote");
        var expected = File.ReadAllText(file).ReplaceLineEndings("\n");
        if (expected != actual.ReplaceLineEndings("\n")) Assert.Fail($"{path} is not current: run with UPDATE_GOLDEN=1, and read the difference.\n{FirstDifference(expected, actual)}");
    }

    private static string FirstDifference(string expected, string actual)
    {
        var (left, right) = (expected.Split('\n'), actual.ReplaceLineEndings("\n").Split('\n'));
        var line = Enumerable.Range(0, Math.Max(left.Length, right.Length)).First(i => left.ElementAtOrDefault(i) != right.ElementAtOrDefault(i));
        return $"line {line + 1}\n  file:   {left.ElementAtOrDefault(line)}\n  actual: {right.ElementAtOrDefault(line)}";
    }
}
