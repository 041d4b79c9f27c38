using System.CommandLine;

namespace Promoter.CommandLine;

/// <summary>Options whose value is one of a few words.</summary>
public static class WordOption
{
    /// <summary>An option for the names of an enumeration, shown in lower case and read in any.</summary>
    /// <param name="helpName">What the help writes for the value.</param>
    public static Option<T> Of<T>(string name, string helpName, string description, T fallback, params string[] aliases)
        where T : struct, Enum => new(name, aliases)
        {
            Description = description,
            HelpName = helpName,
            DefaultValueFactory = _ => fallback,
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                if (Array.Find(Enum.GetNames<T>(), word => string.Equals(word, text, StringComparison.OrdinalIgnoreCase)) is { } found) return Enum.Parse<T>(found);
                result.AddError($"{name}: '{text}' is none of {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()}");
                return fallback;
            },
        };
}
