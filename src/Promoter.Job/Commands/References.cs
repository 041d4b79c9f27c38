using Promoter.Oci;
using Promoter.Promotion;

namespace Promoter.Job.Commands;

/// <summary>Reads references from the command line; a malformed one is the user's to correct (exit code 2).</summary>
internal static class References
{
    public static ImageReference Parse(string text, string argument) =>
        ImageReference.TryParse(text, out var reference, out var problem) ? reference : throw new PromotionException(ExitCode.Usage, $"{argument}: {problem}");
}
