using Promoter.Admission.Configuration;
using Promoter.Admission.OnDemand;
using Promoter.Admission.Pods;
using Promoter.Admission.Presence;
using Promoter.Registries;

namespace Promoter.Admission.Access;

/// <summary>Finds out with whose credentials the source of an image is read for a pod.</summary>
internal sealed class SourceAccesses(IPodSecrets secrets)
{
    public async ValueTask<SourceAccess> ForAsync(PairedImage image, PodFacts pod, AdmissionConfig config, CancellationToken cancellationToken)
    {
        if (!config.UsesPullSecrets(image.Rule)) return SourceAccess.OfRule;
        return await secrets.ReadAsync(pod, cancellationToken) is { } credentials
            ? new SourceAccess { Credentials = credentials }
            : new SourceAccess { Refusal = new ImageFault(ImageFaultKind.Refused, Side.Source, $"the pull secrets of {pod.Namespace}/{pod.Name} cannot be read: this process has no access to Kubernetes") };
    }
}
