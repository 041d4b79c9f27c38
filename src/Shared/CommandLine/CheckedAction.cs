using System.CommandLine;
using System.CommandLine.Invocation;

namespace Promoter.CommandLine;

/// <summary>
/// What a command does whose flags depend on each other. The library's own validators run before each flag is read, and hide what is wrong with it; this check sees flags that can be read.
/// </summary>
/// <param name="check">Yields a sentence for each thing that is wrong, with what to write instead.</param>
public sealed class CheckedAction(Func<ParseResult, IEnumerable<string>> check, Func<ParseResult, CancellationToken, Task<int>> action) : AsynchronousCommandLineAction
{
    /// <summary>What is wrong with the flags as a whole; to be asked when each of them is right.</summary>
    public IEnumerable<string> ProblemsOf(ParseResult parse) => check(parse);

    public override Task<int> InvokeAsync(ParseResult parseResult, CancellationToken cancellationToken = default) => action(parseResult, cancellationToken);
}
