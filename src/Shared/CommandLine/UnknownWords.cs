using System.CommandLine;
using System.CommandLine.Parsing;
using Promoter.Promotion.Configuration;

namespace Promoter.CommandLine;

/// <summary>What on the command line is no command, flag or argument, and what was probably meant.</summary>
internal static class UnknownWords
{
    public static IEnumerable<string> Of(ParseResult parse)
    {
        var command = parse.CommandResult;

        // The library hands a flag that it does not know to a command's free arguments, where it would be reported as a bad image reference or not at all.
        var flags = command.Children.OfType<ArgumentResult>().SelectMany(a => a.Tokens).Select(t => t.Value).Concat(parse.UnmatchedTokens).Where(IsFlag);
        foreach (var flag in flags) yield return $"unknown option {flag}{Meant(flag, OptionsOf(command))}";

        foreach (var word in parse.UnmatchedTokens.Where(t => !IsFlag(t)).Take(1))
        {
            yield return command.Command.Subcommands.Count > 0
                ? $"unknown command '{word}'{Meant(word, command.Command.Subcommands.Select(c => c.Name))}"
                : $"'{word}' is one argument too many";
        }
    }

    private static bool IsFlag(string word) => word.Length > 1 && word.StartsWith('-');

    private static string Meant(string word, IEnumerable<string> names) => Suggestion.For(word, names) is { } meant ? $": did you mean {meant}?" : "";

    private static IEnumerable<string> OptionsOf(SymbolResult? result)
    {
        for (var at = result; at is not null; at = at.Parent)
        {
            foreach (var option in (at as CommandResult)?.Command.Options ?? []) yield return option.Name;
        }
    }
}
