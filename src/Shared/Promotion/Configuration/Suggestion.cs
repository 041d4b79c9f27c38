namespace Promoter.Promotion.Configuration;

/// <summary>Finds what a person meant who misspelt a name.</summary>
public static class Suggestion
{
    /// <summary>The closest of the names, or null where none is close: a third of the letters may differ, counted as edits.</summary>
    public static string? For(string written, IEnumerable<string> names)
    {
        var best = names
            .Select(name => (Name: name, Distance: Distance(Normal(written), Normal(name))))
            .OrderBy(c => c.Distance)
            .FirstOrDefault();
        return best.Name is not null && best.Distance <= Math.Max(1, Math.Max(written.Length, best.Name.Length) / 3) ? best.Name : null;
    }

    // Case and separators are the commonest slip: role_arn, role-arn and RoleArn all mean roleArn.
    private static string Normal(string name) => name.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();

    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
