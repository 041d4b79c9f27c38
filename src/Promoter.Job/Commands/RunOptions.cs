using System.CommandLine;
using Promoter.Copying;

namespace Promoter.Job.Commands;

/// <summary>Flags that say how images are copied.</summary>
internal static class RunOptions
{
    public static Option<string?> Referrers { get; } = new("--referrers")
    {
        Description = "Which attached artifacts come along: all, none, or a comma-separated list of artifact types. Default: the rule's, else all.",
        Validators = { result => Validate(result) },
    };

    public static Option<bool> RequireSignature { get; } = new("--require-signature") { Description = "Refuse an image that carries no signature (exit code 8)." };

    public static Option<bool> DryRun { get; } = new("--dry-run") { Description = "Say what would be done and change nothing." };

    public static Option<bool> Independent { get; } = new("--independent") { Description = "Commit image by image instead of all or nothing." };

    public static ReferrerSelection? ReferrersOf(ParseResult parse) => parse.GetValue(Referrers) is { } text ? ReferrerSelection.Parse(text) : null;

    private static void Validate(System.CommandLine.Parsing.OptionResult result)
    {
        try
        {
            if (result.Tokens is [var token]) ReferrerSelection.Parse(token.Value);
        }
        catch (FormatException e)
        {
            result.AddError($"--referrers: {e.Message}");
        }
    }
}
