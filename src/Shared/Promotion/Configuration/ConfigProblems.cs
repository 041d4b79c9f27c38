using Promoter.Yaml;

namespace Promoter.Promotion.Configuration;

/// <summary>Gathers what is wrong while a configuration is read, so that a person sees all of it at once.</summary>
/// <param name="origin">The file, or what else the text came from.</param>
/// <param name="directory">What relative paths inside the configuration start from.</param>
public sealed class ConfigProblems(string origin, string directory)
{
    private readonly List<ConfigProblem> _problems = [];

    public string Origin { get; } = origin;

    public string Directory { get; } = directory;

    public int Count => _problems.Count;

    public void Add(Position position, string message) => _problems.Add(new ConfigProblem(Origin, position, message));

    public void Add(ConfigProblem problem) => _problems.Add(problem);

    /// <summary>Takes over problems whose origin has no lines and columns.</summary>
    public void AddWithoutPlace(ConfigProblems others) => _problems.AddRange(others._problems.Select(p => p with { Position = null }));

    /// <exception cref="ConfigException">There are problems.</exception>
    public void ThrowIfAny()
    {
        if (_problems.Count > 0) throw new ConfigException([.. _problems.OrderBy(p => p.Position ?? new Position(int.MaxValue, 0)).Distinct()]);
    }
}
