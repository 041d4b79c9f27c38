using System.CommandLine;
using Promoter.Admission.Gates;
using Promoter.CommandLine;
using Promoter.Kubernetes;
using Promoter.Promotion;

namespace Promoter.Admission.Commands;

/// <summary><c>promoter-admission ungate</c>: releases gated pods with access to the API server alone; the webhook need not run.</summary>
internal static class UngateCommand
{
    public static Command Create()
    {
        var all = new Option<bool>("--all") { Description = "Release every gated pod of the cluster." };
        var ns = new Option<string>("--namespace", "-n") { Description = "Release the gated pods of one namespace.", HelpName = "NAME" };
        var cluster = new ClusterFlags();
        var command = new Command("ungate", "Removes the scheduling gate promoter.dev/image-pending from pods.") { all, ns };
        cluster.AddTo(command, optional: false);
        command.Action = new CheckedAction(Problems, (arguments, cancellationToken) => CommandEdge.RunAsync(arguments, async () =>
        {
            using var client = cluster.Connect(arguments, TimeProvider.System);
            var (output, error) = (arguments.InvocationConfiguration.Output, arguments.InvocationConfiguration.Error);
            return await ReleaseAsync(client, arguments.GetValue(ns), output, error, cancellationToken);
        }, cancellationToken));
        return command;

        IEnumerable<string> Problems(ParseResult arguments) =>
            arguments.GetValue(all) == arguments.GetValue(ns) is not null ? ["say which pods: --all, or --namespace NAME"] : [];
    }

    private static async Task<ExitCode> ReleaseAsync(KubernetesClient client, string? ns, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        var (pods, _) = await client.ListAsync(ResourceType.Pods, ns, GatedPods.Selection, cancellationToken);
        var (released, failed) = (0, 0);
        foreach (var pod in pods.Where(GatedPods.IsGated))
        {
            try
            {
                if (!await GatedPods.ReleaseAsync(client, pod, new Dictionary<string, string>(), cancellationToken)) continue;
                await output.WriteLineAsync($"released {pod.Namespace()}/{pod.Name()}");
                released++;
            }
            catch (KubernetesException e)
            {
                await error.WriteLineAsync($"promoter-admission: {e.Message}");
                failed++;
            }
        }

        await output.WriteLineAsync($"{released} released, {failed} failed");
        return failed == 0 ? ExitCode.Done : ExitCode.Unexpected;
    }
}
