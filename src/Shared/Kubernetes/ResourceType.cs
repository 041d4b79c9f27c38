using System.Text;

namespace Promoter.Kubernetes;

/// <summary>A kind of object of the API server, and where it is found.</summary>
/// <param name="Group">API group; empty for the core group.</param>
/// <param name="Plural">The resource's name in paths.</param>
public sealed record ResourceType(string Group, string Version, string Plural, string Kind)
{
    public static readonly ResourceType Pods = new("", "v1", "pods", "Pod");
    public static readonly ResourceType Secrets = new("", "v1", "secrets", "Secret");
    public static readonly ResourceType ConfigMaps = new("", "v1", "configmaps", "ConfigMap");
    public static readonly ResourceType ServiceAccounts = new("", "v1", "serviceaccounts", "ServiceAccount");
    public static readonly ResourceType Events = new("", "v1", "events", "Event");
    public static readonly ResourceType Deployments = new("apps", "v1", "deployments", "Deployment");
    public static readonly ResourceType StatefulSets = new("apps", "v1", "statefulsets", "StatefulSet");
    public static readonly ResourceType DaemonSets = new("apps", "v1", "daemonsets", "DaemonSet");
    public static readonly ResourceType CronJobs = new("batch", "v1", "cronjobs", "CronJob");
    public static readonly ResourceType Jobs = new("batch", "v1", "jobs", "Job");
    public static readonly ResourceType Leases = new("coordination.k8s.io", "v1", "leases", "Lease");
    public static readonly ResourceType SelfSubjectAccessReviews = new("authorization.k8s.io", "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview");

    public static readonly ResourceType MutatingWebhookConfigurations =
        new("admissionregistration.k8s.io", "v1", "mutatingwebhookconfigurations", "MutatingWebhookConfiguration");

    /// <summary>What stands in an object's <c>apiVersion</c>.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>The path of a collection, an object or a subresource.</summary>
    /// <param name="ns">The namespace; null for all namespaces and for cluster-scoped resources.</param>
    public string PathOf(string? ns, string? name = null, string? subresource = null)
    {
        var path = new StringBuilder(Group.Length == 0 ? $"api/{Version}" : $"apis/{Group}/{Version}");
        if (ns is not null) path.Append("/namespaces/").Append(Uri.EscapeDataString(ns));
        path.Append('/').Append(Plural);
        if (name is not null) path.Append('/').Append(Uri.EscapeDataString(name));
        if (subresource is not null) path.Append('/').Append(subresource);
        return path.ToString();
    }

    public override string ToString() => Group.Length == 0 ? Plural : $"{Plural}.{Group}";
}
