using System.Text;

namespace Promoter.Interop.Tests.Tools;

/// <summary>What a program that has ended left behind.</summary>
/// <param name="Command">The command line, for messages.</param>
/// <param name="ExitCode">The exit code; 128 + signal where a signal ended it.</param>
/// <param name="Output">Standard output, byte for byte.</param>
/// <param name="Errors">Standard error as text.</param>
public sealed record ProgramResult(string Command, int ExitCode, byte[] Output, string Errors)
{
    public string Text => Encoding.UTF8.GetString(Output);

    /// <summary>Itself where the exit code is 0.</summary>
    /// <exception cref="InvalidOperationException">The exit code is another; the message carries everything the program printed.</exception>
    public ProgramResult EnsureSuccess() => ExitCode == 0 ? this : throw new InvalidOperationException(ToString());

    public override string ToString() => $"`{Command}` ended with exit code {ExitCode}.\n--- stdout\n{Text}\n--- stderr\n{Errors}";
}
