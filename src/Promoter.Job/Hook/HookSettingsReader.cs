using Promoter.Promotion.Configuration;
using Promoter.Yaml;

namespace Promoter.Job.Hook;

/// <summary>Reads settings from a function's configuration: our own kind, or a ConfigMap, which is what <c>kpt fn eval</c> makes of its arguments.</summary>
internal static class HookSettingsReader
{
    /// <param name="file">What messages call the text.</param>
    /// <exception cref="ConfigException">Everything that is wrong with it.</exception>
    public static HookSettings Read(YamlMapping config, string file, string directory)
    {
        var node = config.TextOf("kind") switch
        {
            HookSettings.Kind when config.TextOf("apiVersion") == HookSettings.ApiVersion => config.MapOf("spec") ?? YamlTree.Map(),
            "ConfigMap" => OfData(file, config.MapOf("data") ?? YamlTree.Map()),
            var kind => throw new ConfigException(new ConfigProblem(
                file, config.Position, $"{config.TextOf("apiVersion")} {kind} cannot configure this function: write {HookSettings.ApiVersion} {HookSettings.Kind}, or a ConfigMap with the same keys under data")),
        };
        return new ConfigNode(node, file, directory).Read(HookSettings.Shape, "PROMOTER_HOOK", ConfigEnvironment.Empty);
    }

    /// <exception cref="ConfigException">The file cannot be read, is not one document, or is wrong.</exception>
    public static HookSettings Load(string path)
    {
        try
        {
            var roots = YamlReader.Read(path, File.ReadAllText(path)).Select(d => d.Root).OfType<YamlMapping>().ToList();
            return roots is [var only]
                ? Read(only, path, Path.GetDirectoryName(Path.GetFullPath(path))!)
                : throw new ConfigException(new ConfigProblem(path, null, $"holds {roots.Count} documents: the function's configuration is one {HookSettings.Kind}"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or YamlFormatException)
        {
            throw new ConfigException(new ConfigProblem(path, null, $"cannot read the function's configuration: {e.Message}"), e);
        }
    }

    /// <summary>The values of a ConfigMap are strings: numbers lose their quotes, and what is a map in a spec is YAML in a string.</summary>
    private static YamlMapping OfData(string file, YamlMapping data) => YamlTree.Map(data.Entries.Select(e => (e.Name, (YamlNode?)(e switch
    {
        { Value: YamlScalar text, Name: "config" or "labels" or "annotations" } => Nested($"{file}, data.{e.Name}", text),
        { Value: YamlScalar text } => new YamlScalar(text.Text, isPlain: true, text.Position),
        _ => e.Value,
    }))));

    private static YamlNode Nested(string file, YamlScalar text)
    {
        try
        {
            return YamlReader.Read(file, text.Text).FirstOrDefault()?.Root ?? YamlTree.Map();
        }
        catch (YamlFormatException e)
        {
            throw new ConfigException(new ConfigProblem(file, e.Position, e.Problem), e);
        }
    }
}
