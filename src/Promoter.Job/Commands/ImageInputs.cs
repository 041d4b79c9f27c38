using System.CommandLine;
using Promoter.Job.Hook;
using Promoter.Oci;
using Promoter.Promotion;

namespace Promoter.Job.Commands;

/// <summary>The references that inputs named, and what among them is no image that can be promoted.</summary>
internal sealed record FoundImages(IReadOnlyList<ImageReference> Images, IReadOnlyList<SkippedImage> Skipped);

/// <summary>Flags that say which images are meant: references, manifests, environment; and the rule that <c>--from</c> and <c>--to</c> stand for.</summary>
internal static class ImageInputs
{
    private static readonly Argument<string[]> Images = new("IMAGE") { Description = "Target references, as manifests name them.", Arity = ArgumentArity.ZeroOrMore };
    private static readonly Option<bool> FromEnvironment = new("--images-from-env") { Description = $"Take references from the environment variables {HookImages.Variable}*, as the Kustomize component sets them." };
    private static readonly Option<string?> From = new("--from") { HelpName = "REGISTRY", Description = "The source registry, optionally with a repository prefix; with --to in place of the configuration's rules." };
    private static readonly Option<string?> To = new("--to") { HelpName = "REGISTRY", Description = "The target registry, optionally with a repository prefix." };

    public static void AddTo(Command command)
    {
        command.Arguments.Add(Images);
        command.Options.Add(FromEnvironment);
        command.Options.Add(From);
        command.Options.Add(To);
        ManifestInputs.AddTo(command);
    }

    /// <exception cref="PromotionException">Neither <c>--from</c> and <c>--to</c> nor a configuration with rules is given.</exception>
    public static PromotionRules RulesOf(CommandContext context)
    {
        var (from, to) = (context.Parse.GetValue(From), context.Parse.GetValue(To));
        if (from is null != (to is null)) throw new PromotionException(ExitCode.Usage, $"{(from is null ? "--to" : "--from")} is given without {(from is null ? "--from" : "--to")}: a promotion needs both");
        if (from is null && context.Config.Rules.Count == 0)
        {
            throw new PromotionException(ExitCode.Usage, "nothing says where images come from: give --from REGISTRY --to REGISTRY, or a configuration with rules (--config FILE or PROMOTER_CONFIG)");
        }

        try
        {
            return from is null ? new PromotionRules(context.Config.Rules) : PromotionRules.FromFlags(from, to!);
        }
        catch (FormatException e)
        {
            throw new PromotionException(ExitCode.Usage, e.Message, e);
        }
    }

    public static async Task<FoundImages> ReadAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var images = context.Parse.GetValue(Images)!.Select(text => References.Parse(text, "IMAGE")).ToList();
        if (context.Parse.GetValue(FromEnvironment)) images.AddRange(OfEnvironment());
        var found = await ManifestInputs.ReadAsync(context.Parse, cancellationToken);
        images.AddRange(found?.Images ?? []);
        var skipped = found?.Skipped.Select(s => new SkippedImage(s.Text.Length > 0 ? s.Text : s.Location.Object, $"{s.Reason} ({s.Location})")) ?? [];
        return new FoundImages([.. images.Distinct()], [.. skipped]);
    }

    private static IEnumerable<ImageReference> OfEnvironment()
    {
        var variables = Environment.GetEnvironmentVariables().Keys.Cast<string>().Where(k => k.StartsWith(HookImages.Variable, StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList();
        if (variables.Count == 0) throw new PromotionException(ExitCode.Usage, $"--images-from-env is given and no environment variable starts with {HookImages.Variable}; did the overlay render?");
        return variables.Select(v => References.Parse(Environment.GetEnvironmentVariable(v) ?? "", v));
    }
}
