namespace Promoter.Release;

/// <summary>Where the programs of an image come from. Everything that would differ between two builds of one commit is taken from here instead.</summary>
/// <param name="Program">The program's name, e.g. <c>promoter</c>.</param>
/// <param name="Version">The version that the image is tagged with.</param>
/// <param name="Source">Address of the sources; null where the build names none.</param>
/// <param name="Revision">Full commit id.</param>
/// <param name="Created">The commit's time: an image is as old as what it was built from.</param>
internal sealed record Build(string Program, string Version, string? Source, string Revision, DateTimeOffset Created)
{
    /// <summary>RFC 3339, as the OCI image configuration wants it.</summary>
    public string CreatedText => Created.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");

    /// <summary>The annotations that the OCI image-spec defines for this (annotations.md, "Pre-Defined Annotation Keys").</summary>
    public IEnumerable<KeyValuePair<string, string>> Annotations()
    {
        yield return new("org.opencontainers.image.created", CreatedText);
        yield return new("org.opencontainers.image.licenses", "Apache-2.0");
        yield return new("org.opencontainers.image.revision", Revision);
        if (Source is not null) yield return new("org.opencontainers.image.source", Source);
        yield return new("org.opencontainers.image.title", Program);
        yield return new("org.opencontainers.image.version", Version);
    }
}
