using System.Globalization;

namespace Promoter.Discovery;

/// <summary>A place within an object, kept as a chain towards the root so that walking costs one small object per step.</summary>
public sealed class JsonPath
{
    private readonly JsonPath? _parent;
    private readonly string? _key;
    private readonly int _index;

    private JsonPath(JsonPath? parent, string? key, int index)
    {
        _parent = parent;
        _key = key;
        _index = index;
    }

    public static JsonPath Root { get; } = new(null, null, 0);

    public JsonPath Key(string key) => new(this, key, 0);

    public JsonPath Index(int index) => new(this, null, index);

    /// <summary>The root of a document that is written as text at this place.</summary>
    public JsonPath InText() => new(this, null, -1);

    /// <summary>As RFC 9535 writes it: <c>$.spec.containers[0].image</c>, <c>$.metadata.annotations['a.b/c']</c>.</summary>
    public override string ToString()
    {
        var steps = new Stack<string>();
        for (var at = this; at._parent is not null; at = at._parent) steps.Push(at.Step());
        return "$" + string.Concat(steps);
    }

    private string Step() => this switch
    {
        { _index: -1 } => " | $",
        { _key: { } key } when IsName(key) => $".{key}",
        { _key: { } key } => $"['{key.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}']",
        _ => string.Create(CultureInfo.InvariantCulture, $"[{_index}]"),
    };

    private static bool IsName(string key) => key.Length > 0 && !char.IsAsciiDigit(key[0]) && key.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
