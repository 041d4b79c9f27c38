namespace Promoter.Discovery;

/// <summary>A field that carries images, of kinds that are not known here: Kustomize's field specification.</summary>
/// <param name="Group">Null for any; empty for the core group.</param>
/// <param name="Version">Null for any.</param>
/// <param name="Kind">Null for any.</param>
public sealed record FieldSpec(string? Group, string? Version, string? Kind, FieldPath Path)
{
    /// <summary>
    /// Reads <c>group/kind/path</c> or <c>group/version/kind/path</c>: <c>monitoring.coreos.com/Prometheus/spec/image</c>, <c>/ConfigMap/data/image</c>
    /// for the core group, <c>*/*/spec/image</c> for every object.
    /// </summary>
    /// <exception cref="FormatException">The text is not a field specification; the message says what is missing.</exception>
    public static FieldSpec Parse(string text)
    {
        var parts = text.Split('/');
        var hasVersion = parts.Length > 2 && parts[1] is ['v', >= '0' and <= '9', ..];
        var kindAt = hasVersion ? 2 : 1;
        if (parts.Length <= kindAt + 1 || parts[kindAt] is not ("*" or [>= 'A' and <= 'Z', ..]))
        {
            throw new FormatException(
                $"'{text}' is not a field: write group/Kind/path, for example monitoring.coreos.com/Prometheus/spec/image or /ConfigMap/data/image");
        }

        return new FieldSpec(AnyOr(parts[0]), hasVersion ? parts[1] : null, AnyOr(parts[kindAt]), FieldPath.Parse(string.Join('/', parts[(kindAt + 1)..])));
    }

    public override string ToString() => $"{Group ?? "*"}/{(Version is null ? "" : Version + "/")}{Kind ?? "*"}/{Path}";

    internal bool Covers(ManifestObject item) =>
        (Group is null || Group == item.Group) && (Version is null || Version == item.Version) && (Kind is null || Kind == item.Kind);

    private static string? AnyOr(string part) => part is "*" ? null : part;
}
