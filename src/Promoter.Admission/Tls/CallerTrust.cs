using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Promoter.Admission.Health;
using Promoter.Admission.Hosting;
using Promoter.Kubernetes;

namespace Promoter.Admission.Tls;

/// <summary>
/// Keeps a replica unready until API servers would trust it: a call to one that they do not trust passes the pod as it is (<c>failurePolicy: Ignore</c>), so that after
/// <c>helm install --wait</c> the first pods would slip through. Only for so long: the configuration may be applied after this process is ready (sync waves), be
/// somebody else's, or be hidden from this account, and none of that may keep a rollout from ending.
/// </summary>
internal sealed partial class CallerTrust(
    Cluster cluster, string configuration, ServerCertificate certificate, Readiness readiness, TimeProvider time, ILogger<CallerTrust> logger) : BackgroundService
{
    /// <summary>The longest that readiness waits: more than it takes helm to come from the Deployment to the configuration, and cert-manager to fill that in.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(5);

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        readiness.Hold($"waiting for {configuration} to carry an authority of this replica's certificate");
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var end = time.GetUtcNow() + Patience;
        while (await FindProblemAsync(stoppingToken) is { } problem)
        {
            if (time.GetUtcNow() >= end)
            {
                LogNotSeen(logger, configuration, Patience.TotalSeconds, problem);
                break;
            }

            readiness.Hold(problem);
            await Task.Delay(Interval, time, stoppingToken);
        }

        readiness.Release();
    }

    private async Task<string?> FindProblemAsync(CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(AnswerLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return await cluster.Client.FindAsync(ResourceType.MutatingWebhookConfigurations, null, configuration, either.Token) is { } found
                ? found.Items("webhooks").Select(FindProblem).FirstOrDefault(problem => problem is not null)
                : $"there is no MutatingWebhookConfiguration {configuration}";
        }
        catch (KubernetesException e)
        {
            return e.Message;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"the API server did not answer within {AnswerLimit.TotalSeconds} seconds";
        }
    }

    private string? FindProblem(JsonNode? webhook)
    {
        if (certificate.Current is not { } shown) return "this replica has no certificate yet";
        if (webhook.Text("clientConfig", "service", "name") is { } service)
        {
            var name = $"{service}.{webhook.Text("clientConfig", "service", "namespace")}.svc";
            if (!shown.MatchesHostname(name, allowWildcards: true, allowCommonName: false)) return $"the webhook {webhook.Text("name")} calls {name}, which is no name of this replica's certificate";
        }

        if (webhook.Text("clientConfig", "caBundle") is not { Length: > 0 } bundle) return $"the webhook {webhook.Text("name")} has no caBundle yet";
        return Trusts(bundle, shown) ? null : $"the caBundle of the webhook {webhook.Text("name")} holds no authority of this replica's certificate";
    }

    /// <summary>As Go judges: anything in the bundle is an anchor, an intermediate authority and the certificate itself included.</summary>
    private bool Trusts(string bundle, X509Certificate2 shown)
    {
        var anchors = new X509Certificate2Collection();
        try
        {
            anchors.ImportFromPem(Encoding.UTF8.GetString(Convert.FromBase64String(bundle)));
        }
        catch (Exception e) when (e is FormatException or CryptographicException)
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        // Whether it has expired is for another alert to say; whose signature it bears is asked here.
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.AllowUnknownCertificateAuthority | X509VerificationFlags.IgnoreNotTimeValid;
        chain.ChainPolicy.ExtraStore.AddRange(anchors);
        foreach (var intermediate in certificate.Options.ServerCertificateContext!.IntermediateCertificates) chain.ChainPolicy.ExtraStore.Add(intermediate);
        return chain.Build(shown) && chain.ChainElements.Any(element => anchors.Contains(element.Certificate));
    }

    [LoggerMessage(
        5321, LogLevel.Warning, "Whether API servers trust this replica could not be seen in {Configuration} within {Seconds} seconds; it is ready all the same, and calls may fail: {Problem}")]
    private static partial void LogNotSeen(ILogger logger, string configuration, double seconds, string problem);
}
