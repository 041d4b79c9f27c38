namespace Promoter.Discovery;

/// <summary>The <c># Source: chart/templates/x.yaml</c> comments that Helm writes above what it renders.</summary>
internal sealed class HelmSources
{
    private const string Marker = "# Source: ";
    private readonly List<(int Line, string Template)> _comments = [];
    private int _next;

    public HelmSources(string text)
    {
        if (!text.Contains(Marker, StringComparison.Ordinal)) return;
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            if (line.StartsWith(Marker)) _comments.Add((number, line[Marker.Length..].Trim().ToString()));
        }
    }

    /// <summary>The comment that stands last before that line and after the line of the previous call; null where there is none.</summary>
    public string? Before(int line)
    {
        string? template = null;
        for (; _next < _comments.Count && _comments[_next].Line < line; _next++) template = _comments[_next].Template;
        return template;
    }
}
