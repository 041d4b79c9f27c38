using Microsoft.Extensions.Logging;
using Promoter.Kubernetes;
using Promoter.Promotion;
using Promoter.Promotion.Configuration;

namespace Promoter.Job.Results;

/// <summary>Everybody whom flags, configuration and environment name. Telling them never changes what the run came to: what fails is logged.</summary>
internal sealed class ResultReceivers : IDisposable
{
    /// <summary>For all of them together. After SIGTERM Kubernetes waits thirty seconds, of which the run has used some.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PatienceWhenInterrupted = TimeSpan.FromSeconds(8);

    private readonly List<IResultReceiver> _receivers = [];
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private KubernetesClient? _cluster;

    private ResultReceivers(ILogger logger, TimeProvider time)
    {
        _logger = logger;
        _time = time;
    }

    /// <summary>Nobody is told.</summary>
    public static ResultReceivers None(ILoggerFactory loggers) => new(loggers.CreateLogger<ResultReceivers>(), TimeProvider.System);

    /// <param name="shards">Pods that share the run.</param>
    /// <exception cref="PromotionException">The report's file cannot be written.</exception>
    public static ResultReceivers Of(ReportConfig report, NotificationConfig notifications, int shards, Func<string, string?> variable, TimeProvider time, ILoggerFactory loggers)
    {
        var pod = PodIdentity.Of(variable);
        var receivers = new ResultReceivers(loggers.CreateLogger<ResultReceivers>(), time);
        if (report.File is { } path) receivers._receivers.Add(ReportFile.At(path));
        // Both come from the Job's manifest; Jenkins sets a JOB_NAME of its own, and no namespace.
        var tellsJob = report.Events && pod is { JobName: not null, Namespace: not null };
        if ((tellsJob || report.ConfigMap is not null) && receivers.Connect(variable, isAsked: report.ConfigMap is not null) is { } cluster)
        {
            if (tellsJob) receivers._receivers.Add(new JobEvent(cluster, pod, time));
            if (report.ConfigMap is { } name) receivers._receivers.Add(new ReportConfigMap(cluster, name, pod, shards));
        }

        if (receivers.UrlIn("PROMOTER_SLACK_URL", variable) is { } slack) receivers._receivers.Add(new SlackWebhook(slack, new WebhookSender(notifications, pod, time), pod));
        if (receivers.UrlIn("PROMOTER_CLOUDEVENTS_URL", variable) is { } events)
        {
            var token = variable("PROMOTER_CLOUDEVENTS_TOKEN") is { Length: > 0 } secret ? secret.Trim() : null;
            receivers._receivers.Add(new CloudEventsWebhook(events, token, new WebhookSender(notifications, pod, time), pod));
        }

        return receivers;
    }

    /// <summary>Tells all who want to know, side by side; returns when all were told or the time for it is over.</summary>
    public async Task TellAsync(RunResult result)
    {
        using var patience = new CancellationTokenSource(result.ExitCode == ExitCode.Interrupted ? PatienceWhenInterrupted : Patience, _time);
        await Task.WhenAll(_receivers.Where(r => r.Wants(result)).Select(r => TellAsync(r, result, patience.Token)));
    }

    public void Dispose()
    {
        foreach (var receiver in _receivers) receiver.Dispose();
        _cluster?.Dispose();
    }

    private async Task TellAsync(IResultReceiver receiver, RunResult result, CancellationToken cancellationToken)
    {
        try
        {
            await receiver.ReceiveAsync(result, cancellationToken);
            ResultLog.Delivered(_logger, receiver.Name);
        }
        catch (ResultNotDeliveredException e) when (e.IsExpected)
        {
            ResultLog.NotPermitted(_logger, receiver.Name, e.Message);
        }
        catch (ResultNotDeliveredException e)
        {
            ResultLog.NotDelivered(_logger, receiver.Name, e.Message);
        }
        catch (OperationCanceledException)
        {
            ResultLog.NotDelivered(_logger, receiver.Name, "the time for it was over");
        }
    }

    private KubernetesClient? Connect(Func<string, string?> variable, bool isAsked)
    {
        try
        {
            var endpoint = InCluster.IsAvailable(variable) ? InCluster.Load(variable, _time)
                : isAsked || variable("KUBECONFIG") is { Length: > 0 } ? Kubeconfig.Load(null, null, variable, _time)
                : null;
            if (endpoint is null) ResultLog.NoCluster(_logger);
            else _cluster = new KubernetesClient(endpoint, _time);
            return _cluster;
        }
        catch (KubernetesException e)
        {
            ResultLog.NotDelivered(_logger, "the cluster", e.Message);
            return null;
        }
    }

    // The value is a secret: a wrong one is named by its variable alone.
    private Uri? UrlIn(string name, Func<string, string?> variable)
    {
        if (variable(name) is not { Length: > 0 } text) return null;
        if (Uri.TryCreate(text.Trim(), UriKind.Absolute, out var url) && url.Scheme is "http" or "https") return url;
        ResultLog.NoUrl(_logger, name);
        return null;
    }
}
