using System.CommandLine;
using System.Net;
using Promoter.Admission.Hosting;

namespace Promoter.Admission.Commands;

/// <summary><c>promoter-admission serve</c>: the webhook itself.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var listen = Endpoint("--listen", "Address and port of the webhook (TLS).", new IPEndPoint(IPAddress.Any, 8443));
        var metricsListen = Endpoint("--metrics-listen", "Address and port of probes, metrics and status (plain HTTP).", new IPEndPoint(IPAddress.Any, 9090));
        var command = new Command("serve", "Answers AdmissionReviews at POST /mutate and promotes what is missing.") { listen, metricsListen };

        command.SetAction(async (arguments, cancellationToken) =>
        {
            var options = new ServeOptions { Listen = arguments.GetRequiredValue(listen), MetricsListen = arguments.GetRequiredValue(metricsListen) };
            await using var app = AdmissionHost.Build(options);
            await app.StartAsync(cancellationToken);
            await ShutdownSequence.WaitAsync(cancellationToken);
            await app.StopAsync(CancellationToken.None);
            return ExitCode.Done;
        });
        return command;
    }

    private static Option<IPEndPoint> Endpoint(string name, string description, IPEndPoint fallback) => new(name)
    {
        Description = description,
        HelpName = "ADDRESS:PORT",
        DefaultValueFactory = _ => fallback,
        CustomParser = result =>
        {
            if (IPEndPoint.TryParse(result.Tokens[0].Value, out var endpoint) && result.Tokens[0].Value.Contains(':', StringComparison.Ordinal)) return endpoint;
            result.AddError($"'{result.Tokens[0].Value}' is no address and port: write for example 0.0.0.0:8443 or [::]:8443.");
            return null;
        },
    };
}
