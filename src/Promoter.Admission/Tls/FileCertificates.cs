using System.Security.Cryptography;

namespace Promoter.Admission.Tls;

/// <summary>Reads certificate and key from files, and again when they change: cert-manager renews the Secret, the kubelet swaps the files.</summary>
internal sealed partial class FileCertificates(string certificatePath, string keyPath, ServerCertificate certificate, TimeProvider time, ILogger<FileCertificates> logger)
    : BackgroundService
{
    // Watching files misses the kubelet's symlink swap on some file systems; reading two small files does not.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <exception cref="IOException">The files cannot be read or used.</exception>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await LoadAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or CryptographicException or UnauthorizedAccessException)
        {
            throw new IOException($"the certificate {certificatePath} with key {keyPath} cannot be used: {e.Message}", e);
        }

        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await LoadAsync(stoppingToken);
            }
            catch (Exception e) when (e is IOException or CryptographicException or UnauthorizedAccessException)
            {
                // In the middle of a swap the two may not belong together; the old one stays.
                LogRefused(logger, certificatePath, e.Message);
            }
        }
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        var (chain, key) = (await File.ReadAllTextAsync(certificatePath, cancellationToken), await File.ReadAllTextAsync(keyPath, cancellationToken));
        if (certificate.Use(chain, key)) LogUsed(logger, certificatePath, certificate.Current!.NotAfter);
    }

    [LoggerMessage(5301, LogLevel.Information, "Uses the certificate {Path}, valid until {NotAfter:u}")]
    private static partial void LogUsed(ILogger logger, string path, DateTime notAfter);

    [LoggerMessage(5302, LogLevel.Warning, "The certificate {Path} could not be reloaded, the old one stays: {Problem}")]
    private static partial void LogRefused(ILogger logger, string path, string problem);
}
