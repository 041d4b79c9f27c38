using System.Text.RegularExpressions;
using Promoter.Oci;

namespace Promoter.Promotion.Configuration;

/// <summary>The types of value that sections are made of.</summary>
public static class ConfigTypes
{
    public static ConfigType<bool> Flag { get; } = new ConfigFlag();

    /// <summary>A text that is not empty.</summary>
    public static ConfigType<string> Text { get; } = Parsed(
        "text", text => text.Length > 0 ? text : throw new FormatException("must not be empty"), text => text);

    /// <summary>A number of bytes as <c>1048576</c>, <c>256MiB</c>, <c>1GB</c>; more than nothing.</summary>
    public static ConfigType<long> Size { get; } = Parsed("size", ConfigUnits.ParseSize, ConfigUnits.Print, ConfigUnits.SizePattern);

    /// <summary>A glob over repositories or tags, see <see cref="Oci.Glob"/>.</summary>
    public static ConfigType<Glob> Glob { get; } = Parsed("glob", Oci.Glob.Parse, glob => glob.Pattern);

    /// <summary>The host of a registry as it stands in references, with its port if it has one.</summary>
    public static ConfigType<string> Host { get; } = Parsed(
        "host", text => RegistryHost.IsValid(text, out var problem) ? text.ToLowerInvariant() : throw new FormatException(problem), host => host);

    /// <summary>A registry, optionally with the prefix of its repositories: <c>registry.example.com/team</c>.</summary>
    public static ConfigType<RegistryPrefix> RegistryPrefix { get; } = Parsed(
        "registry[/prefix]", Configuration.RegistryPrefix.Parse, prefix => prefix.ToString());

    /// <summary>Scheme, host and port of a server.</summary>
    public static ConfigType<Uri> Endpoint { get; } = Parsed("URL", ParseEndpoint, uri => uri.GetLeftPart(UriPartial.Authority));

    /// <summary>A whole number between two bounds, both allowed.</summary>
    public static ConfigType<int> Whole(int least, int most) => new ConfigWhole(least, most);

    /// <summary>A time as <c>500ms</c>, <c>30s</c>, <c>5m</c>, <c>1h30m</c> between two bounds, both allowed and written likewise. No timer of .NET is longer than 49 days.</summary>
    public static ConfigType<TimeSpan> Duration(string least, string most)
    {
        var (shortest, longest) = (ConfigUnits.ParseDuration(least), ConfigUnits.ParseDuration(most));
        return Parsed($"duration, {least} to {most}", Read, ConfigUnits.Print, ConfigUnits.DurationPattern);

        TimeSpan Read(string text) => ConfigUnits.ParseDuration(text) is var duration && duration >= shortest && duration <= longest
            ? duration
            : throw new FormatException($"must be a duration from {least} to {most}, found '{text}'");
    }

    /// <summary>A number of requests per second.</summary>
    public static ConfigType<double> Rate { get; } = new ConfigRate();

    /// <summary>One of a few words.</summary>
    public static ConfigType<T> OneOf<T>(params (string Word, T Value)[] choices) => new ConfigChoice<T>(choices);

    /// <summary>A text that <paramref name="parse"/> understands; its <see cref="FormatException"/> says what is wrong.</summary>
    /// <param name="pattern">A regular expression for the schema, or null.</param>
    public static ConfigType<T> Parsed<T>(string name, Func<string, T> parse, Func<T, string> print, string? pattern = null) =>
        new ConfigParsed<T>(name, parse, print, pattern);

    /// <summary>A text that matches as a whole (.NET's <c>$</c> alone would allow a line feed behind it); <paramref name="hint"/> tells a person how to write it.</summary>
    public static ConfigType<string> Matching(string name, Regex pattern, string hint) => Parsed(
        name, text => pattern.Match(text) is { Success: true } match && match.Length == text.Length ? text : throw new FormatException($"'{text}' is not a valid {name}: {hint}"), text => text, pattern.ToString());

    /// <summary>A value that may be written as <c>""</c>, which means the same as leaving its key out.</summary>
    public static ConfigType<T?> Optional<T>(ConfigType<T> type)
        where T : class => new ConfigOptional<T>(type);

    public static ConfigType<IReadOnlyList<T>> ListOf<T>(ConfigType<T> item) => new ConfigList<T>(item);

    public static ConfigType<IReadOnlyDictionary<string, T>> MapOf<T>(ConfigType<T> value) => new ConfigMap<string, T>(Text, value);

    public static ConfigType<IReadOnlyDictionary<TKey, T>> MapOf<TKey, T>(ConfigType<TKey> key, ConfigType<T> value)
        where TKey : notnull => new ConfigMap<TKey, T>(key, value);

    public static ConfigType<T> SectionOf<T>(ConfigShape<T> shape)
        where T : class => new ConfigSection<T>(shape);

    private static Uri ParseEndpoint(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && uri is { Scheme: "http" or "https", Host.Length: > 0, PathAndQuery: "/", UserInfo: "", Fragment: "" }
            ? uri
            : throw new FormatException($"'{text}' is not an endpoint: write scheme, host and port, for example https://vpce-1.example.com:443");
}
