using System.Text;
using System.Text.Json.Nodes;
using Promoter.Admission.Hosting;
using Promoter.Kubernetes;

namespace Promoter.Admission.Tls;

/// <summary>
/// Keeps the webhook's own CA and certificate in a Secret and tells the API server whom to trust. Every replica runs this; of two that want to change the
/// Secret the resource version lets one win, and the other reads what it wrote.
/// </summary>
internal sealed partial class SelfManagedCertificates(
    Cluster cluster, SelfManagedNames names, ServerCertificate certificate, TimeProvider time, ILogger<SelfManagedCertificates> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(2);

    /// <summary>A configuration that comes late is called at once, and must not wait long for its authority.</summary>
    private static readonly TimeSpan AbsenceInterval = TimeSpan.FromSeconds(5);
    private const int Attempts = 5;

    /// <summary>The last set that was read or written; null before the first.</summary>
    private CertificateSet? _known;

    /// <summary>What API servers were told to trust when this last looked.</summary>
    private string _trusted = "";
    private bool _isAbsent;

    private readonly IReadOnlyList<string> _dnsNames =
    [
        $"{names.Service}.{cluster.Namespace}.svc", $"{names.Service}.{cluster.Namespace}.svc.cluster.local", $"{names.Service}.{cluster.Namespace}", names.Service,
    ];

    /// <exception cref="KubernetesException">The Secret can neither be read nor made: without a certificate nothing can be served.</exception>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        var set = await LoadAsync(cancellationToken);
        Show(set);
        await TryTrustAsync(set, cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // On the first install the configuration may come moments after this process.
        var unfinished = _trusted.Length > 0 ? 0 : 1;
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = PauseAfter(unfinished);
            await Task.Delay(_isAbsent && pause > AbsenceInterval ? AbsenceInterval : pause, time, stoppingToken);
            unfinished = await TryCheckAsync(stoppingToken) ? 0 : unfinished + 1;
        }
    }

    private static TimeSpan PauseAfter(int unfinished) => unfinished is > 0 and <= Attempts && RetryInterval * (1 << (unfinished - 1)) is var pause && pause < Interval ? pause : Interval;

    private async Task<bool> TryCheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await CheckAsync(cancellationToken);
        }
        catch (KubernetesException e)
        {
            LogFailed(logger, names.Secret, e.Message);
            return false;
        }
    }

    /// <returns>Whether the certificate of the Secret is trusted and shown.</returns>
    private async Task<bool> CheckAsync(CancellationToken cancellationToken)
    {
        var before = _trusted;
        var set = await LoadAsync(cancellationToken);
        if (!await TryTrustAsync(set, cancellationToken)) return false;
        // An authority that API servers were told of only now is not known to all of them yet: the next round shows what it vouches for.
        if (!before.Contains(set.Authority.Certificate, StringComparison.Ordinal)) return false;
        Show(set);
        return true;
    }

    private void Show(CertificateSet set)
    {
        if (certificate.Use(set.Leaf.Certificate, set.Leaf.Key)) LogUsed(logger, names.Secret, certificate.Current!.NotAfter);
    }

    private async Task<CertificateSet> LoadAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return _known = await ReadOrWriteAsync(cancellationToken);
            }
            catch (KubernetesException e) when ((e.IsConflict || e.IsAlreadyExists || e.IsNotFound) && attempt < Attempts)
            {
                // Another replica was faster: what it wrote is as good.
            }
        }
    }

    private async Task<CertificateSet> ReadOrWriteAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (await cluster.Client.FindAsync(ResourceType.Secrets, cluster.Namespace, names.Secret, cancellationToken) is not { } secret)
        {
            var made = Anew(now);
            await cluster.Client.CreateAsync(ResourceType.Secrets, cluster.Namespace, Compose(made), cancellationToken);
            return made;
        }

        var present = CertificateSet.Read(secret);
        var wanted = present?.Advance(_dnsNames, now) ?? Anew(now);
        if (wanted == present) return wanted;
        // The bundle must reach the API server before anything that only the new authority vouches for is shown.
        if (wanted.Next is null && present is not null) await TryTrustAsync(present, cancellationToken);
        secret["data"] = wanted.ToData();
        await cluster.Client.ReplaceAsync(ResourceType.Secrets, cluster.Namespace, names.Secret, secret, cancellationToken);
        LogRotated(logger, names.Secret);
        return wanted;
    }

    // Who deletes the Secret wants other certificates; until every replica shows them, the authority of those that are still shown stays trusted.
    private CertificateSet Anew(DateTimeOffset now) => CertificateSet.Create(_dnsNames, now) with { Previous = _known?.Authority.Certificate };

    private JsonObject Compose(CertificateSet set) => new()
    {
        ["apiVersion"] = ResourceType.Secrets.ApiVersion,
        ["kind"] = ResourceType.Secrets.Kind,
        ["metadata"] = new JsonObject { ["name"] = names.Secret, ["namespace"] = cluster.Namespace, ["labels"] = new JsonObject { ["app.kubernetes.io/managed-by"] = "promoter-admission" } },
        ["type"] = "kubernetes.io/tls",
        ["data"] = set.ToData(),
    };

    /// <returns>Whether the API server trusts the bundle now.</returns>
    private async Task<bool> TryTrustAsync(CertificateSet set, CancellationToken cancellationToken)
    {
        var type = ResourceType.MutatingWebhookConfigurations;
        var bundle = Convert.ToBase64String(Encoding.UTF8.GetBytes(set.Bundle));
        try
        {
            if (await cluster.Client.FindAsync(type, null, names.WebhookConfiguration, cancellationToken) is not { } configuration)
            {
                if (!_isAbsent) LogNoConfiguration(logger, names.WebhookConfiguration);
                _isAbsent = true;
                return false;
            }

            _isAbsent = false;

            var operations = new JsonArray();
            foreach (var (webhook, index) in configuration.Items("webhooks").Select((webhook, index) => (webhook, index)))
            {
                if (webhook.Text("clientConfig", "caBundle") == bundle) continue;
                operations.Add(new JsonObject { ["op"] = "test", ["path"] = $"/webhooks/{index}/name", ["value"] = webhook.Text("name") });
                operations.Add(new JsonObject { ["op"] = "add", ["path"] = $"/webhooks/{index}/clientConfig/caBundle", ["value"] = bundle });
            }

            if (operations.Count > 0)
            {
                await cluster.Client.PatchAsync(type, null, names.WebhookConfiguration, KubernetesPatch.Json(operations), cancellationToken);
                LogTrusted(logger, names.WebhookConfiguration);
            }

            _trusted = set.Bundle;
            return true;
        }
        catch (KubernetesException e)
        {
            LogFailed(logger, names.WebhookConfiguration, e.Message);
            return false;
        }
    }

    [LoggerMessage(5311, LogLevel.Information, "Uses the certificate of Secret {Secret}, valid until {NotAfter:u}")]
    private static partial void LogUsed(ILogger logger, string secret, DateTime notAfter);

    [LoggerMessage(5312, LogLevel.Information, "Rotated the certificates in Secret {Secret}")]
    private static partial void LogRotated(ILogger logger, string secret);

    [LoggerMessage(5313, LogLevel.Information, "Put the CA into {Configuration}")]
    private static partial void LogTrusted(ILogger logger, string configuration);

    [LoggerMessage(5314, LogLevel.Warning, "There is no MutatingWebhookConfiguration {Configuration}: nobody calls this webhook yet")]
    private static partial void LogNoConfiguration(ILogger logger, string configuration);

    [LoggerMessage(5315, LogLevel.Warning, "The certificates in {Name} could not be checked, the present ones stay: {Problem}")]
    private static partial void LogFailed(ILogger logger, string name, string problem);
}

/// <summary>What the self-managed certificate's parts are called.</summary>
internal sealed record SelfManagedNames(string Secret, string Service, string WebhookConfiguration);
