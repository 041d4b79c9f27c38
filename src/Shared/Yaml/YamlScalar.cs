namespace Promoter.Yaml;

/// <summary>A scalar as it was written; what a plain one means is the reader's business.</summary>
/// <param name="text">The text without quotes.</param>
/// <param name="isPlain">Whether it stood without quotes and without a tag, so that it may mean null, a boolean or a number.</param>
/// <param name="position">Where it starts.</param>
public sealed class YamlScalar(string text, bool isPlain, Position position) : YamlNode(position)
{
    public string Text { get; } = text;

    public bool IsPlain { get; } = isPlain;

    public bool IsNull => IsPlain && Text is "" or "~" or "null" or "Null" or "NULL";

    public bool IsBoolean => IsPlain && Text is "true" or "True" or "TRUE" or "false" or "False" or "FALSE";

    public override string Noun => IsNull ? "empty" : IsBoolean ? "a boolean" : "a text";

    public override string Shown => IsPlain ? $"'{Text}'" : $"'{Text}' in quotes";

    public override string ToString() => Text;
}
