using System.CommandLine;
using System.CommandLine.Parsing;
using Promoter.Promotion;

namespace Promoter.CommandLine;

/// <summary>A program's command line: runs the command that was meant, or says what is wrong with it, what was probably meant, and where the help is.</summary>
/// <param name="name">How the program is called; the library would name the process's file.</param>
/// <param name="root">All of its commands.</param>
public sealed class CommandLineProgram(string name, RootCommand root)
{
    /// <summary>How long a command may take to end after SIGTERM, when the process is ended anyway.</summary>
    public required TimeSpan TerminationTimeout { get; init; }

    /// <summary>The exit code of a wrong command line; <see cref="ExitCode.Usage"/>, but for a command that gives 2 another meaning. (The library's own is 1.)</summary>
    public Func<ParseResult, ExitCode> MistakeCode { get; init; } = _ => ExitCode.Usage;

    public async Task<int> RunAsync(IReadOnlyList<string> args, TextWriter output, TextWriter error, CancellationToken cancellationToken = default)
    {
        var parse = root.Parse(args);
        var problems = ProblemsOf(parse);
        if (problems.Count == 0)
        {
            // What a command throws is its own edge's to explain.
            var configuration = new InvocationConfiguration { Output = output, Error = error, ProcessTerminationTimeout = TerminationTimeout, EnableDefaultExceptionHandler = false };
            return await parse.InvokeAsync(configuration, cancellationToken);
        }

        foreach (var problem in problems) await error.WriteLineAsync($"{name}: {problem}");
        await error.WriteLineAsync($"{name}: see '{PathOf(parse.CommandResult)} --help'");
        return (int)MistakeCode(parse);
    }

    // Each step explains what the next one would misunderstand: a word that nobody knows, a flag that cannot be read, flags that do not go together.
    private static IReadOnlyList<string> ProblemsOf(ParseResult parse)
    {
        var unknown = UnknownWords.Of(parse).ToList();
        if (unknown.Count > 0) return unknown;
        var command = parse.CommandResult.Command;
        if (parse.Errors.Count > 0 && command.Action is null) return [$"say which command: {string.Join(", ", command.Subcommands.Select(c => c.Name))}"];
        if (parse.Errors.Count > 0) return [.. parse.Errors.Select(e => e.Message).Distinct(StringComparer.Ordinal)];
        return parse.Action is CheckedAction action ? [.. action.ProblemsOf(parse)] : [];
    }

    private string PathOf(CommandResult command) => command.Parent is CommandResult parent ? $"{PathOf(parent)} {command.Command.Name}" : name;
}
