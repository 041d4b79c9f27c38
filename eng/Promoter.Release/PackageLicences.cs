using System.Xml.Linq;

namespace Promoter.Release;

/// <summary>The licence that a NuGet package declares, from the package folder that the build restored into.</summary>
internal static class PackageLicences
{
    // Packages from before licence expressions name an address; these are the ones that we use.
    private static readonly Dictionary<string, string> ByAddress = new(StringComparer.OrdinalIgnoreCase)
    {
        ["aws.amazon.com/apache2.0/"] = "Apache-2.0",
        ["github.com/dotnet/corefx/blob/master/LICENSE.TXT"] = "MIT",
        ["go.microsoft.com/fwlink/?LinkId=329770"] = "MS-.NET-Library-License",
    };

    private static readonly string Folder =
        Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    /// <summary>An SPDX expression; null where the package is not there or declares none.</summary>
    public static string? Find(string name, string version)
    {
        var id = name.ToLowerInvariant();
        var specification = Path.Combine(Folder, id, version.ToLowerInvariant(), id + ".nuspec");
        if (!File.Exists(specification)) return null;
        var metadata = XDocument.Load(specification).Root!.Elements().Single(e => e.Name.LocalName == "metadata");
        var licence = metadata.Elements().FirstOrDefault(e => e.Name.LocalName == "license" && (string?)e.Attribute("type") == "expression")?.Value;
        var address = metadata.Elements().FirstOrDefault(e => e.Name.LocalName == "licenseUrl")?.Value;
        return licence ?? (address is null ? null : ByAddress.GetValueOrDefault(address[(address.IndexOf("://", StringComparison.Ordinal) + 3)..]));
    }
}
