using Promoter.Oci;
using Promoter.Promotion;

namespace Promoter.Job.Commands;

/// <summary>Reads references from the command line; a malformed one is the user's to correct (exit code 2).</summary>
internal static class References
{
    public static ImageReference Parse(string text, string argument) =>
        ImageReference.TryParse(text, out var reference, out var problem) ? reference : throw new PromotionException(ExitCode.Usage, $"{argument}: {problem}");

    /// <summary>As <see cref="Parse"/>; may also be an OCI layout on disk (<c>oci:DIR</c>).</summary>
    public static ImageReference ParseWithLayouts(string text, string argument)
    {
        if (!LayoutReference.IsMeant(text)) return Parse(text, argument);
        try
        {
            return LayoutReference.Parse(text, Environment.CurrentDirectory);
        }
        catch (FormatException e)
        {
            throw new PromotionException(ExitCode.Usage, $"{argument}: {e.Message}", e);
        }
    }
}
