using System.Diagnostics.CodeAnalysis;

namespace Promoter.Oci;

/// <summary>
/// Where an image is and which one it is: <c>registry/repository[:tag][@digest]</c>. Short names are completed as container runtimes do
/// (<c>nginx</c> is <c>docker.io/library/nginx</c>); a missing tag stays missing and means <see cref="DefaultTag"/> only when resolved.
/// </summary>
public sealed record ImageReference
{
    public const string DockerHub = "docker.io";

    public static readonly Tag DefaultTag = Oci.Tag.Parse("latest");

    private ImageReference(string registry, string repository, Tag? tag, Digest? digest)
    {
        Registry = registry;
        Repository = repository;
        Tag = tag;
        Digest = digest;
    }

    /// <summary>Host and optional port, lower case, as it stands in the reference (<c>docker.io</c> for Docker Hub).</summary>
    public string Registry { get; }

    /// <summary>Path of the repository within the registry, without a leading slash.</summary>
    public string Repository { get; }

    public Tag? Tag { get; }

    public Digest? Digest { get; }

    /// <summary>Whether it is in an OCI layout on disk instead of a registry (<see cref="LayoutReference"/>).</summary>
    public bool IsInLayout => LayoutReference.IsLayout(Registry);

    /// <summary>Registry and repository, without tag and digest.</summary>
    public string Name => $"{Registry}/{Repository}";

    /// <summary>What a registry is asked for: the digest where there is one, else the tag, else <c>latest</c>.</summary>
    public ManifestReference Manifest =>
        Digest is { } digest ? ManifestReference.Of(digest) : ManifestReference.Of(Tag ?? DefaultTag);

    /// <exception cref="FormatException">The text is not an image reference; the message says what is wrong with it.</exception>
    public static ImageReference Parse(string text) =>
        TryParse(text, out var reference, out var problem) ? reference : throw new FormatException(problem);

    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out ImageReference? reference) =>
        TryParse(text, out reference, out _);

    public static bool TryParse(
        [NotNullWhen(true)] string? text, [NotNullWhen(true)] out ImageReference? reference, [NotNullWhen(false)] out string? problem)
    {
        reference = null;
        problem = Check(text, out var parsed);
        if (problem is not null)
        {
            problem = $"'{Shorten(text)}' is not an image reference: {problem}";
            return false;
        }

        reference = parsed!;
        return true;
    }

    /// <summary>A reference from its parts.</summary>
    /// <exception cref="FormatException">Registry or repository is not valid, or both together are too long.</exception>
    public static ImageReference Of(string registry, string repository, Tag? tag = null, Digest? digest = null)
    {
        var problem = Complete(ref registry, ref repository);
        return problem is null ? new ImageReference(registry, repository, tag, digest) : throw new FormatException(problem);
    }

    /// <summary>An image in a layout; see <see cref="LayoutReference"/>.</summary>
    internal static ImageReference InLayout(string parent, string name, Tag? tag, Digest? digest) => new(parent, name, tag, digest);

    public ImageReference WithTag(Tag? tag) => new(Registry, Repository, tag, Digest);

    public ImageReference WithDigest(Digest? digest) => new(Registry, Repository, Tag, digest);

    public override string ToString() =>
        $"{Registry}/{Repository}{(Tag is { } tag ? $":{tag}" : "")}{(Digest is { } digest ? $"@{digest}" : "")}";

    private static string? Check(string? text, out ImageReference? reference)
    {
        reference = null;
        if (string.IsNullOrWhiteSpace(text)) return "it is empty";
        if (text.AsSpan().ContainsAnyInRange('\0', ' ')) return "it contains white space or a control character";
        if (text.Contains("://", StringComparison.Ordinal)) return "it starts with a URL scheme: write registry/repository:tag";

        var rest = text;
        Digest? digest = null;
        if (rest.IndexOf('@', StringComparison.Ordinal) is >= 0 and var at)
        {
            if (!Oci.Digest.TryParse(rest[(at + 1)..], out var parsed, out var problem)) return problem;
            digest = parsed;
            rest = rest[..at];
        }

        Tag? tag = null;
        var colon = rest.LastIndexOf(':');
        if (colon > rest.LastIndexOf('/'))
        {
            if (!Oci.Tag.TryParse(rest[(colon + 1)..], out var parsed, out var problem)) return problem;
            tag = parsed;
            rest = rest[..colon];
        }

        var (registry, repository) = SplitRegistry(rest);
        if (Complete(ref registry, ref repository) is { } invalid) return invalid;
        reference = new ImageReference(registry, repository, tag, digest);
        return null;
    }

    // Hosts have no case. Docker Hub has two names, and keeps the images without an owner under "library".
    private static string? Complete(ref string registry, ref string repository)
    {
        registry = registry.ToLowerInvariant();
        if (registry is "index.docker.io") registry = DockerHub;
        if (registry is DockerHub && !repository.Contains('/', StringComparison.Ordinal)) repository = "library/" + repository;
        if (!RegistryHost.IsValid(registry, out var problem) || !RepositoryName.IsValid(repository, out problem)) return problem;
        return registry.Length + 1 + repository.Length > RepositoryName.MaxLength
            ? $"registry and repository together exceed {RepositoryName.MaxLength} characters"
            : null;
    }

    private static (string Registry, string Repository) SplitRegistry(string name)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        return slash >= 0 && RegistryHost.IsDistinct(name.AsSpan(0, slash)) ? (name[..slash], name[(slash + 1)..]) : (DockerHub, name);
    }

    private static string Shorten(string? text) => text is { Length: > 300 } ? $"{text[..120]}…({text.Length} characters)" : text ?? "";
}
