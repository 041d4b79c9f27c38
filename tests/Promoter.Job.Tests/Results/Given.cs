using Microsoft.Extensions.Logging;
using Promoter.Job.Logging;
using Promoter.Job.Results;
using Promoter.Logging;
using Promoter.Oci;
using Promoter.Promotion;
using Promoter.Promotion.Configuration;

namespace Promoter.Job.Tests.Results;

/// <summary>Results to tell, and the log of what became of telling them.</summary>
internal static class Given
{
    public static RunResult Promoted { get; } = RunResult.Of(Report(Image(1, ImageOutcome.Promoted)), DateTimeOffset.UnixEpoch);

    public static RunResult UpToDate { get; } = RunResult.Of(Report(Image(1, ImageOutcome.UpToDate)), DateTimeOffset.UnixEpoch);

    public static RunResult Failed { get; } = RunResult.Of(Report(Image(1, ImageOutcome.Failed)), DateTimeOffset.UnixEpoch);

    public static PromotionReport Report(params IEnumerable<ReportedImage> images) => new([.. images], [], [], TimeSpan.FromSeconds(1));

    public static ReportedImage Image(int number, ImageOutcome outcome) =>
        new(new PromotionRequest(ImageReference.Parse($"target.example.com/shop/app{number}:1"), ImageReference.Parse($"source.example.com/shop/app{number}:1")), outcome)
        {
            Digest = Digest.Of(BitConverter.GetBytes(number)),
            Failure = outcome == ImageOutcome.Failed ? new PromotionException(ExitCode.MissingAtSource, $"shop/app{number}:1 <is not> at the source") : null,
        };

    /// <summary>Tells a result to everybody whom these name, and returns the log.</summary>
    public static async Task<string> TellAsync(
        RunResult result, Dictionary<string, string> environment, ReportConfig? report = null, NotificationConfig? notifications = null, int shards = 1)
    {
        using var log = new StringWriter();
        using var loggers = JobLogging.Create(LogFormat.Text, LogLevel.Debug, log.Write);
        using (var receivers = ResultReceivers.Of(
            report ?? new ReportConfig(), notifications ?? new NotificationConfig { Retries = 0 }, shards, name => environment.GetValueOrDefault(name), TimeProvider.System, loggers))
        {
            await receivers.TellAsync(result);
        }

        return log.ToString();
    }
}
