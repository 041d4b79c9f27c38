using System.CommandLine;
using Promoter.Promotion;

namespace Promoter.Job.Commands;

internal static class ManifestInputs
{
    public static void AddTo(Command command) { }
    public static Task<FoundImages> ReadAsync(CommandContext context, CancellationToken cancellationToken) => Task.FromResult(new FoundImages([], []));
}
