using System.Security.Cryptography;
using Promoter.Admission.OnDemand;
using Promoter.Admission.Telemetry;
using Promoter.Promotion.Configuration;

namespace Promoter.Admission.Hosting;

/// <summary>Reads the configuration again when its file changes. A wrong one is refused: the last good one stays, a metric and the log say so.</summary>
internal sealed partial class ConfigReload(
    AdmissionState state, SettingsReader reader, OnDemandPromotions onDemand, AdmissionMeters meters, TimeProvider time, ILogger<ConfigReload> logger) : BackgroundService
{
    // A ConfigMap volume arrives by a swap of links, which file watchers miss on some file systems; one small file is read quickly.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>Questions to registries that an old configuration started have ended by then.</summary>
    private static readonly TimeSpan LookUpLimit = TimeSpan.FromMinutes(1);

    private readonly List<(IPromotionEngine Engine, DateTimeOffset At)> _retired = [];
    private string? _seen;

    public bool IsValid { get; private set; } = true;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        _seen = Fingerprint();
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            Retire();
            // In the middle of a swap there is no file; the next round finds it.
            if (Fingerprint() is not { } now || now == _seen) continue;
            _seen = now;
            Reload();
        }
    }

    private void Reload()
    {
        try
        {
            var settings = reader.Read();
            _retired.Add((state.Current.Engine, time.GetUtcNow()));
            state.Current = settings;
            IsValid = true;
            LogApplied(logger, reader.File);
        }
        catch (Exception e) when (e is ConfigException or ArgumentException)
        {
            IsValid = false;
            LogRefused(logger, reader.File, e.Message);
        }

        meters.Reloaded(IsValid);
    }

    // Copies that began under an old configuration end under it.
    private void Retire()
    {
        foreach (var old in _retired.Where(old => time.GetUtcNow() - old.At > LookUpLimit && onDemand.InFlight.All(run => run.Started > old.At)).ToList())
        {
            (old.Engine as IDisposable)?.Dispose();
            _retired.Remove(old);
        }
    }

    private string? Fingerprint()
    {
        try
        {
            return Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(reader.File)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [LoggerMessage(5211, LogLevel.Information, "Applied the changed configuration {File}")]
    private static partial void LogApplied(ILogger logger, string file);

    [LoggerMessage(5212, LogLevel.Error, "Refused the changed configuration {File}, the last good one stays: {Problem}")]
    private static partial void LogRefused(ILogger logger, string file, string problem);
}
