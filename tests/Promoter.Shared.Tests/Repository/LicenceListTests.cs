using System.Text;
using System.Text.Json.Nodes;
using Promoter.Release;
using Promoter.Tests.Architecture;

namespace Promoter.Tests.Repository;

/// <summary>docs/licenses.md is generated from the lock files of what ships; UPDATE_GOLDEN=1 rewrites it.</summary>
public sealed class LicenceListTests
{
    private static readonly string[] Shipped = ["src/Promoter.Job", "src/Promoter.Admission"];

    [Fact]
    public void The_licence_list_is_current()
    {
        var packages = Shipped.SelectMany(Packages).Distinct().OrderBy(p => p.Name, StringComparer.OrdinalIgnoreCase).ToList();
        var page = new StringBuilder("""
            # Licences of the packages that ship

            Generated from the lock files and the packages' own declarations; `UPDATE_GOLDEN=1 dotnet test tests/Promoter.Shared.Tests` rewrites it.
            The .NET runtime itself, which the images carry, is under the MIT licence.

            | package | version | licence |
            | --- | --- | --- |

            """.ReplaceLineEndings("\n"));
        foreach (var (name, version) in packages)
        {
            var licence = PackageLicences.Find(name, version);
            Assert.True(licence is not null, $"{name} {version} declares no licence that is known: look at its nuspec, and add the address to PackageLicences.");
            page.Append($"| {name} | {version} | {licence} |\n");
        }

        GoldenFile.Check("docs/licenses.md", page.ToString());
    }

    [Fact]
    public void Every_project_has_a_lock_file()
    {
        var without = SourceTree.Files().Where(file => file.EndsWith(".csproj", StringComparison.Ordinal))
            .Where(project => !File.Exists(Path.Combine(SourceTree.Root, Path.GetDirectoryName(project)!, "packages.lock.json")));

        Assert.Empty(without);
    }

    // Analyzers are development dependencies: they are in the lock file, and ship with nobody.
    private static IEnumerable<(string Name, string Version)> Packages(string project)
    {
        var frameworks = JsonNode.Parse(File.ReadAllText(Path.Combine(SourceTree.Root, project, "packages.lock.json")))!["dependencies"]!.AsObject();
        var packages = frameworks.SelectMany(framework => framework.Value!.AsObject()).Where(package => package.Value!["resolved"] is not null);
        return packages.Select(package => (package.Key, (string)package.Value!["resolved"]!)).Where(package => !package.Key.Contains("Analyzer", StringComparison.Ordinal));
    }
}
