using System.CommandLine;
using Promoter.Admission.Hosting;
using Promoter.Admission.Logging;
using Promoter.Admission.Telemetry;
using Promoter.CommandLine;
using Promoter.Promotion;
using Promoter.Promotion.Configuration;

namespace Promoter.Admission.Commands;

/// <summary><c>promoter-admission serve</c>: the webhook itself.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var flags = new ServeFlags();
        var command = new Command("serve", "Answers AdmissionReviews at POST /mutate and promotes what is missing.");
        flags.AddTo(command);
        command.Action = new CheckedAction(flags.Problems, (arguments, cancellationToken) => CommandEdge.RunAsync(arguments, async () =>
        {
            using var loggers = AdmissionLogging.Create(flags.LogFormat(arguments), flags.LogLevel(arguments));
            var cluster = flags.Cluster.Read(arguments, TimeProvider.System);
            using var client = cluster?.Client;
            return await ServeAsync(flags.Read(arguments), cluster, loggers, cancellationToken);
        }, cancellationToken));
        return command;
    }

    private static async Task<ExitCode> ServeAsync(ServeOptions options, Cluster? cluster, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var reader = new SettingsReader(options.ConfigFile, ConfigEnvironment.OfProcess(), Environment.GetEnvironmentVariable, cluster is not null, TimeProvider.System, loggers);
        var state = new AdmissionState(reader.Read(), cluster?.Namespace ?? "");
        await using var app = AdmissionHost.Build(options, state, cluster, TimeProvider.System, builder =>
        {
            builder.Services.AddSingleton(loggers);
            if (TraceExport.IsWanted(Environment.GetEnvironmentVariable)) builder.Services.AddHostedService(_ => new TraceExport(cluster));
            builder.Services.AddSingleton(reader).AddSingleton<ConfigReload>().AddHostedService(provider => provider.GetRequiredService<ConfigReload>());
        });
        await app.StartAsync(cancellationToken);
        await ShutdownSequence.RunAsync(app, options.ShutdownDelay, TimeProvider.System, cancellationToken);
        return ExitCode.Done;
    }
}
