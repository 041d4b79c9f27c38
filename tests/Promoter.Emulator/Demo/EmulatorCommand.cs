using System.CommandLine;

namespace Promoter.Emulator.Demo;

/// <summary>The command line of <c>promoter-emulator</c>.</summary>
internal static class EmulatorCommand
{
    private static readonly TimeSpan TimeToStop = TimeSpan.FromSeconds(5);

    public static Task<int> RunAsync(string[] arguments)
    {
        var ports = new Option<string>("--ports")
        {
            Description = "Ports of source registry, target registry, layer host, API and Pod Identity agent, separated by commas; 0 or absent: any free port",
            DefaultValueFactory = _ => "",
        };
        ports.Validators.Add(result =>
        {
            var given = result.GetValue(ports) ?? "";
            if (given.Length > 0 && given.Split(',') is var list && (list.Length > 5 || !Array.TrueForAll(list, p => ushort.TryParse(p, out var _))))
            {
                result.AddError($"--ports takes at most five port numbers separated by commas, not '{given}'");
            }
        });
        var seed = new Option<string>("--seed") { Description = "What to fill it with" };
        seed.AcceptOnlyFromAmong("demo");
        var stateFile = new Option<string>("--state-file") { Description = "Write the line that is printed to this file too" };
        var tls = new Option<bool>("--tls") { Description = "Serve HTTPS with a self-signed certificate" };
        var quotas = new Option<bool>("--quotas") { Description = "Enforce AWS's default request quotas" };
        var command = new RootCommand("Two emulated AWS accounts on loopback ports: ECR registries, ECR's JSON API, STS and EKS Pod Identity.") { ports, seed, stateFile, tls, quotas };
        command.SetAction((parsed, stop) => new EmulatorProgram(
            new EmulatorOptions(
                [.. (parsed.GetValue(ports) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)],
                parsed.GetValue(seed) is not null,
                parsed.GetValue(stateFile),
                parsed.GetValue(tls),
                parsed.GetValue(quotas)),
            parsed.InvocationConfiguration.Output).RunAsync(stop));
        return command.Parse(arguments).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeToStop });
    }
}
