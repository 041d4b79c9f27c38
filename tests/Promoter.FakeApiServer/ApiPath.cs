namespace Promoter.FakeApiServer;

/// <summary>The parts of a resource path: <c>/apis/GROUP/VERSION/namespaces/NS/PLURAL/NAME/SUBRESOURCE</c>.</summary>
public sealed record ApiPath(string Group, string Version, string? Namespace, string Plural, string? Name, string? Subresource)
{
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    public string Collection => $"{Group}/{Plural}";

    public static ApiPath? Parse(string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString).ToArray();
        var (group, rest) = parts switch
        {
            ["api", ..] => ("", parts[1..]),
            ["apis", var named, ..] => (named, parts[2..]),
            _ => ("", []),
        };
        return rest switch
        {
            [var version, "namespaces", var ns, var plural] => new ApiPath(group, version, ns, plural, null, null),
            [var version, "namespaces", var ns, var plural, var name] => new ApiPath(group, version, ns, plural, name, null),
            [var version, "namespaces", var ns, var plural, var name, var sub] => new ApiPath(group, version, ns, plural, name, sub),
            [var version, var plural] => new ApiPath(group, version, null, plural, null, null),
            [var version, var plural, var name] => new ApiPath(group, version, null, plural, name, null),
            _ => null,
        };
    }
}
