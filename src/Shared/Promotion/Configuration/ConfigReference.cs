using System.Text;

namespace Promoter.Promotion.Configuration;

/// <summary>The reference of the configuration file in Markdown, generated from the shapes that the reader follows.</summary>
public static class ConfigReference
{
    private const string Introduction =
        """
        # Configuration

        Generated from the reader's own tables; `UPDATE_GOLDEN=1 dotnet test tests/Promoter.Shared.Tests` rewrites it. Editors take
        `config.schema.json` beside this file: put `# yaml-language-server: $schema=docs/config.schema.json` on the first line.

        One file serves the job (`--config FILE`) and the webhook. Unknown keys, duplicate keys and impossible values are errors; all of them are
        reported at once, each as `file:line:column: what is wrong`. Flags override environment variables, and these override the file.

        ```yaml
        apiVersion: promoter.dev/v1alpha1
        kind: PromotionConfig
        rules:
        - name: apps
          source: 111111111111.dkr.ecr.eu-west-1.amazonaws.com
          target: 222222222222.dkr.ecr.eu-west-1.amazonaws.com
          repositories: ["shop/*"]
          tags: { deny: ["latest"] }
        registries:
        - host: 111111111111.dkr.ecr.eu-west-1.amazonaws.com
          aws: { roleArn: "arn:aws:iam::111111111111:role/promoter-source" }
        - host: 222222222222.dkr.ecr.eu-west-1.amazonaws.com
          createRepositories: { tagMutability: IMMUTABLE, scanOnPush: true }
        ```

        Durations are written `500ms`, `30s`, `5m`, `1h30m`; sizes `64KiB`, `256MiB`, `1GB` or plain bytes. A glob's `*` and `?` stay within one
        component of a path, `**` crosses components, and `**/` stands for any number of whole components, none included.

        """;

    public static string Generate()
    {
        var text = new StringBuilder(Introduction.ReplaceLineEndings("\n"));
        Section(text, "", PromotionConfig.Shape);
        Variables(text);
        return text.ToString();
    }

    /// <summary>The reference of a section that another program reads.</summary>
    /// <param name="variables">The prefix of the variables that override its simple keys.</param>
    public static string Generate(string introduction, IConfigShape shape, string variables)
    {
        var text = new StringBuilder(introduction.ReplaceLineEndings("\n"));
        Section(text, shape.Name, shape);
        text.Append("\n## Environment variables\n\n| variable | key |\n| --- | --- |\n");
        Variables(text, variables, shape);
        return text.ToString();
    }

    private static void Section(StringBuilder text, string path, IConfigShape shape)
    {
        text.Append('\n').Append("## ").Append(path.Length == 0 ? "Top level" : $"`{path}`").Append("\n\n").Append(shape.Description).Append("\n\n");
        text.Append("| key | value | default | meaning |\n| --- | --- | --- | --- |\n");
        foreach (var field in shape.Fields) text.Append(Row(path, field)).Append('\n');
        foreach (var field in shape.Fields.Where(f => f.Section is not null)) Section(text, Path(path, field), field.Section!);
    }

    private static string Row(string path, IConfigField field)
    {
        var type = field.Section is null ? field.TypeName : $"[{(field.IsList ? "list of sections" : "section")}](#{Anchor(Path(path, field))})";
        var fallback = field.IsRequired ? "required" : field.Section is null && field.Default is { } value ? $"`{value.ToJsonString()}`" : "";
        return $"| `{field.Key}` | {type} | {fallback} | {field.Description} |";
    }

    private static string Path(string path, IConfigField field) => $"{(path.Length == 0 ? "" : path + ".")}{field.Key}{(field.IsList ? "[]" : "")}";

    // What forges make of a heading: its letters in lower case, without punctuation.
    private static string Anchor(string path) => string.Concat(path.Where(char.IsAsciiLetter)).ToLowerInvariant();

    private static void Variables(StringBuilder text)
    {
        text.Append("\n## Environment variables\n\n");
        text.Append("Each overrides the key of the file beside it. Rules and registries have none: they are lists. A variable that is set to nothing\n");
        text.Append("counts as not set; one with the prefix and no key of that name is an error.\n\n| variable | key |\n| --- | --- |\n");
        Variables(text, PromotionConfigFile.TransferVariables, TransferConfig.Shape);
        Variables(text, PromotionConfigFile.ReportVariables, ReportConfig.Shape);
        Variables(text, PromotionConfigFile.NotificationVariables, NotificationConfig.Shape);
    }

    private static void Variables(StringBuilder text, string prefix, IConfigShape shape)
    {
        foreach (var field in shape.Fields.Where(f => f.IsSimple)) text.Append($"| `{ConfigEnvironment.VariableOf(prefix, field.Key)}` | `{shape.Name}.{field.Key}` |\n");
    }
}
