using Promoter.Admission.Access;
using Promoter.Admission.Decisions;
using Promoter.Admission.Gates;
using Promoter.Admission.Health;
using Promoter.Admission.Jobs;
using Promoter.Admission.OnDemand;
using Promoter.Admission.Prefetch;
using Promoter.Admission.Presence;
using Promoter.Admission.Replicas;
using Promoter.Admission.Reviews;
using Promoter.Admission.Telemetry;
using Promoter.Admission.Tls;
using Promoter.Kubernetes;
using Promoter.Telemetry;

namespace Promoter.Admission.Hosting;

/// <summary>Wires the webhook.</summary>
internal static class AdmissionServices
{
    /// <param name="cluster">Null: without Kubernetes, so that nothing is gated and replicas do not know of each other.</param>
    public static void AddAdmission(this IServiceCollection services, AdmissionState state, Cluster? cluster, TimeProvider time)
    {
        services.AddSingleton(time).AddSingleton(state);
        services.AddTelemetry().AddPresence().AddOnDemand(state).AddDecisions();
        if (cluster is null) services.AddWithoutCluster();
        else services.AddCluster(cluster, state);
    }

    private static IServiceCollection AddTelemetry(this IServiceCollection services) => services
        // Before the meters, so that no instrument is missed.
        .AddSingleton(_ => new PrometheusMetrics(AdmissionMeters.Name, "Promoter.*", "System.Runtime", "Microsoft.AspNetCore.Server.Kestrel"))
        .AddSingleton<AdmissionMeters>()
        .AddSingleton<DecisionLog>()
        .AddSingleton(provider => new EventQueue(
            provider.GetService<Cluster>() is { } cluster ? new EventWriter(cluster.Client, LeaseMarks.Manager, cluster.Identity, provider.GetRequiredService<TimeProvider>()) : null,
            provider.GetRequiredService<AdmissionMeters>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<EventQueue>>()))
        .AddHostedService(provider => provider.GetRequiredService<EventQueue>())
        .AddSingleton<Readiness>()
        .AddHostedService<SelfReview>();

    public static void AddTls(this IServiceCollection services, ServeOptions options, ServerCertificate certificate, Cluster? cluster)
    {
        services.AddSingleton(certificate);
        if (options.Tls?.Files is { } files)
        {
            services.AddHostedService(provider => new FileCertificates(
                files.Certificate, files.Key, certificate, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<FileCertificates>>()));
        }
        else if (options.Tls?.SelfManaged is { } names)
        {
            services.AddSingleton(names).AddHostedService<SelfManagedCertificates>();
        }

        if (cluster is not null && options.Tls?.WebhookConfiguration is { } configuration)
        {
            services.AddHostedService(provider => ActivatorUtilities.CreateInstance<CallerTrust>(provider, configuration));
        }
    }

    private static IServiceCollection AddPresence(this IServiceCollection services) => services.AddSingleton(provider =>
    {
        var state = provider.GetRequiredService<AdmissionState>();
        return new PresenceCache(
            (image, cancellationToken) => state.Current.Engine.CheckAsync(image, cancellationToken),
            () => new CacheTimes(state.Current.Config.Cache.Present, state.Current.Config.Cache.Missing),
            provider.GetRequiredService<AdmissionMeters>(),
            provider.GetRequiredService<TimeProvider>());
    });

    private static IServiceCollection AddOnDemand(this IServiceCollection services, AdmissionState state) => services
        .AddSingleton<Throughput>()
        .AddSingleton(provider => new PromotionLimits(() => state.Current.Config.Access, provider.GetRequiredService<IUsageLedger>(), provider.GetRequiredService<TimeProvider>()))
        .AddSingleton(provider => new OnDemandPromotions(
            () => state.Current.Engine,
            provider.GetRequiredService<PresenceCache>(),
            provider.GetRequiredService<IPromotionClaims>(),
            provider.GetRequiredService<IPromotionJobs>(),
            provider.GetRequiredService<PromotionLimits>(),
            provider.GetRequiredService<Throughput>(),
            state.Current.Config.OnDemand.Parallelism,
            provider.GetRequiredService<AdmissionMeters>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<OnDemandPromotions>>()))
        .AddHostedService(provider => provider.GetRequiredService<OnDemandPromotions>());

    private static void AddDecisions(this IServiceCollection services) => services
        .AddSingleton<SourceAccesses>()
        .AddSingleton(provider => new ImageDecider(
            provider.GetRequiredService<PresenceCache>(),
            provider.GetRequiredService<OnDemandPromotions>(),
            () => provider.GetRequiredService<AdmissionState>().Current.Engine))
        .AddSingleton<PodAdmission>()
        .AddSingleton<MutateEndpoint>();

    private static void AddWithoutCluster(this IServiceCollection services) => services
        .AddSingleton<IPodSecrets, NoPodSecrets>()
        .AddSingleton<IPromotionClaims, LocalClaims>()
        .AddSingleton<IPromotionJobs, NoJobs>()
        .AddSingleton<IGateGuard, NoGates>()
        .AddSingleton<IDebuggedPods, NoDebuggedPods>()
        .AddSingleton<IUsageLedger, NoUsageLedger>();

    private static void AddCluster(this IServiceCollection services, Cluster cluster, AdmissionState state) => services
        .AddSingleton(cluster)
        .AddSingleton<IPodSecrets, PodSecrets>()
        .AddSingleton<IPromotionJobs, KubernetesJobs>()
        // Jitter spreads retries of replicas. One each: Random is not for several threads.
        .AddTransient(_ => new Random())
        .AddHosted<LeaseBoard>()
        .AddHosted<LeaseLedger>()
        .AddSingleton<IUsageLedger>(provider => provider.GetRequiredService<LeaseLedger>())
        .AddSingleton(provider => ActivatorUtilities.CreateInstance<Leadership>(provider, state.Current.Config.OnDemand.LeaseDuration))
        .AddHostedService(provider => provider.GetRequiredService<Leadership>())
        .AddSingleton<IPromotionClaims>(provider => ActivatorUtilities.CreateInstance<LeaseClaims>(provider, () => state.Current.Config.OnDemand.LeaseDuration))
        .AddHosted<HeartbeatGuard>()
        .AddSingleton<IGateGuard>(provider => provider.GetRequiredService<HeartbeatGuard>())
        .AddSingleton<AbandonedCopies>()
        .AddSingleton<GateRelease>()
        .AddHosted<GateController>()
        .AddHosted<PullFailures>()
        .AddHosted<DebuggedPods>()
        .AddSingleton<IDebuggedPods>(provider => provider.GetRequiredService<DebuggedPods>())
        .AddHosted<PendingPods>()
        .AddSingleton<Func<Random>>(_ => () => new Random())
        .AddHosted<WorkloadPrefetch>();

    private static IServiceCollection AddHosted<T>(this IServiceCollection services)
        where T : class, IHostedService => services.AddSingleton<T>().AddHostedService(provider => provider.GetRequiredService<T>());
}
