namespace Promoter.Promotion.Configuration;

/// <summary>The configuration cannot be used. Carries every problem that was found, one per line of the message, in the order of the text.</summary>
public sealed class ConfigException : Exception
{
    public ConfigException(IReadOnlyList<ConfigProblem> problems, Exception? inner = null)
        : base(string.Join(Environment.NewLine, problems), inner) => Problems = problems;

    public ConfigException(ConfigProblem problem, Exception? inner = null)
        : this([problem], inner)
    {
    }

    public IReadOnlyList<ConfigProblem> Problems { get; }
}
