using System.CommandLine;
using Promoter.Admission.Hosting;
using Promoter.Admission.Jobs;
using Promoter.Kubernetes;
using Promoter.Promotion.Configuration;

namespace Promoter.Admission.Commands;

/// <summary>The flags about which cluster is meant.</summary>
internal sealed class ClusterFlags
{
    private readonly Option<string> _kubeconfig = new("--kubeconfig") { Description = "A kubeconfig, for running outside of a cluster.", HelpName = "FILE" };
    private readonly Option<string> _context = new("--context") { Description = "The kubeconfig's context; default: its current one.", HelpName = "NAME" };

    public Option<bool> NoKubernetes { get; } = new("--no-kubernetes") { Description = "Answer only: no gates, no leases, no Events." };

    public void AddTo(Command command, bool optional)
    {
        command.Options.Add(_kubeconfig);
        command.Options.Add(_context);
        if (optional) command.Options.Add(NoKubernetes);
    }

    /// <summary>The cluster that the flags, or else the pod's service account, name.</summary>
    /// <exception cref="ConfigException">There is none; the message says what to do.</exception>
    public KubernetesClient Connect(ParseResult arguments, TimeProvider time)
    {
        var (path, context) = (arguments.GetValue(_kubeconfig), arguments.GetValue(_context));
        var isPod = path is null && context is null && InCluster.IsAvailable(Environment.GetEnvironmentVariable);
        try
        {
            return new KubernetesClient(
                isPod ? InCluster.Load(Environment.GetEnvironmentVariable, time) : Kubeconfig.Load(path, context, Environment.GetEnvironmentVariable, time), time);
        }
        catch (KubernetesException e)
        {
            // No server has been asked yet: what is wrong is here.
            throw new ConfigException(new ConfigProblem("cluster", null, e.Message), e);
        }
    }

    public Cluster? Read(ParseResult arguments, TimeProvider time)
    {
        if (arguments.GetValue(NoKubernetes)) return null;
        var client = Connect(arguments, time);
        var pod = Environment.GetEnvironmentVariable("POD_NAME") ?? Environment.MachineName;
        // A restarted container has the same pod name: what its predecessor held is not ours.
        return new Cluster(client, Environment.GetEnvironmentVariable("POD_NAMESPACE") ?? client.Namespace, $"{pod}_{Guid.NewGuid().ToString("n")[..8]}")
        {
            Jobs = JobSettings.Read(Environment.GetEnvironmentVariable),
        };
    }
}
