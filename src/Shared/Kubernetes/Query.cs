using System.Globalization;
using System.Text;

namespace Promoter.Kubernetes;

/// <summary>Query strings of list and watch.</summary>
internal static class Query
{
    public static string Of(ListOptions options, string? next)
    {
        var query = new StringBuilder();
        Selectors(query, options);
        if (options.ResourceVersion is not "0" && options.PageSize is { } size) Add(query, "limit", size.ToString(CultureInfo.InvariantCulture));
        if (next is not null) Add(query, "continue", next);
        else if (options.ResourceVersion is { } version) Add(query, "resourceVersion", version);
        return query.ToString();
    }

    public static string OfWatch(ListOptions options, string resourceVersion, TimeSpan limit)
    {
        var query = new StringBuilder("?watch=true");
        Selectors(query, options);
        Add(query, "allowWatchBookmarks", "true");
        Add(query, "resourceVersion", resourceVersion);
        Add(query, "timeoutSeconds", ((int)limit.TotalSeconds).ToString(CultureInfo.InvariantCulture));
        return query.ToString();
    }

    private static void Selectors(StringBuilder query, ListOptions options)
    {
        if (options.LabelSelector is { } labels) Add(query, "labelSelector", labels);
        if (options.FieldSelector is { } fields) Add(query, "fieldSelector", fields);
    }

    private static void Add(StringBuilder query, string name, string value) =>
        query.Append(query.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
}
