namespace Promoter.Oci;

/// <summary>
/// References to images in an OCI layout on disk: <c>oci:DIR[:tag][@digest]</c> (image-spec, image-layout.md). As an <see cref="ImageReference"/> the
/// folder's parent stands in the registry's place and its name in the repository's, so that everything prints as it was written.
/// </summary>
public static class LayoutReference
{
    public const string Scheme = "oci:";

    /// <summary>Whether the text is meant as a layout.</summary>
    public static bool IsMeant(string text) => text.StartsWith(Scheme, StringComparison.Ordinal);

    /// <summary>Whether this stands in a registry's place for the parent of a layout. No host has a slash, and none is empty.</summary>
    public static bool IsLayout(string registry) => registry is Scheme || registry.StartsWith(Scheme + "/", StringComparison.Ordinal);

    /// <summary>The folder of a layout, absolute.</summary>
    public static string FolderOf(string registry, string repository) => $"{registry[Scheme.Length..]}/{repository}";

    /// <param name="text">The reference; a tag is what follows the last colon of the folder's name.</param>
    /// <param name="workingDirectory">What a relative folder is relative to; absolute.</param>
    /// <exception cref="FormatException">The text is not such a reference; the message says what is wrong with it.</exception>
    public static ImageReference Parse(string text, string workingDirectory)
    {
        if (!IsMeant(text)) throw new FormatException($"'{text}' is not a layout: it does not start with '{Scheme}'");
        var rest = text[Scheme.Length..];
        Digest? digest = null;
        if (rest.LastIndexOf('@') is >= 0 and var at && (rest.AsSpan(at + 1).StartsWith("sha256:", StringComparison.Ordinal) || rest.AsSpan(at + 1).StartsWith("sha512:", StringComparison.Ordinal)))
        {
            digest = Digest.Parse(rest[(at + 1)..]);
            rest = rest[..at];
        }

        Tag? tag = null;
        if (rest.LastIndexOf(':') is >= 0 and var colon && colon > rest.LastIndexOf('/'))
        {
            tag = Tag.Parse(rest[(colon + 1)..]);
            rest = rest[..colon];
        }

        if (rest.Length == 0 || rest.Contains('\0')) throw new FormatException($"'{text}' names no folder: write {Scheme}DIR, {Scheme}DIR:tag or {Scheme}DIR@sha256:…");
        var folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(rest, workingDirectory));
        var name = Path.GetFileName(folder);
        if (name.Length == 0) throw new FormatException($"'{text}' is the root of the file system: a layout is a folder of its own");
        return ImageReference.InLayout(Scheme + Path.TrimEndingDirectorySeparator(Path.GetDirectoryName(folder)!).TrimEnd('/'), name, tag, digest);
    }
}
