using System.Collections.Concurrent;
using Promoter.Admission.Configuration;
using Promoter.Admission.Hosting;
using Promoter.Admission.OnDemand;
using Promoter.Admission.Pods;
using Promoter.Admission.Presence;
using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Admission.Access;

/// <summary>
/// Finds out with whose credentials the source of an image is read for a pod. Where these are the pod's own, it has to prove first that they can read it: what one
/// tenant's credentials brought to the target is no gift to the next (KEP-2535 has the kubelet do the same).
/// </summary>
internal sealed class SourceAccesses(AdmissionState state, IPodSecrets secrets, TimeProvider time)
{
    private static readonly TimeSpan Proven = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Refused = TimeSpan.FromSeconds(10);
    private const int Capacity = 10_000;

    private readonly ConcurrentDictionary<(string Fingerprint, ImageReference Image), (SourceAccess Access, DateTimeOffset Until)> _proofs = new();

    public async ValueTask<SourceAccess> ForAsync(PairedImage image, PodFacts pod, AdmissionConfig config, CancellationToken cancellationToken)
    {
        if (!config.UsesPullSecrets(image.Rule)) return SourceAccess.OfRule;
        if (await secrets.FindAsync(pod, image.Source, cancellationToken) is not { } credentials)
        {
            return Refuse($"the pull secrets of {pod.Namespace}/{pod.Name} cannot be read: this process has no access to Kubernetes");
        }

        var now = time.GetUtcNow();
        var key = (credentials.Fingerprint, image.Source);
        if (_proofs.TryGetValue(key, out var known) && now < known.Until) return known.Access;
        if (_proofs.Count >= Capacity) _proofs.Clear();
        var access = await ProveAsync(image, credentials.Candidates, cancellationToken);
        // A registry's bad minute proves nothing in either direction, so that it is not remembered.
        if (access.Refusal is not { IsTransient: true }) _proofs[key] = (access, now + (access.Refusal is null ? Proven : Refused));
        return access;
    }

    private static SourceAccess Refuse(string message) => new() { Refusal = new ImageFault(ImageFaultKind.Refused, Side.Source, message) };

    /// <summary>Tries one credential after the other, as the kubelet does, which asks anonymously only where there is none.</summary>
    private async ValueTask<SourceAccess> ProveAsync(PairedImage image, IReadOnlyList<RegistryCredential> candidates, CancellationToken cancellationToken)
    {
        ImageFault? last = null;
        foreach (var candidate in candidates.Count > 0 ? candidates.Select(one => new PullCredential(one)) : [PullCredential.Anonymous])
        {
            var access = new SourceAccess { Credentials = candidate };
            if (await state.Current.Engine.CheckSourceAsync(image, access, cancellationToken) is not { } fault) return access;
            if (last is not { IsTransient: true }) last = fault;
        }

        return last!.IsTransient
            ? new SourceAccess { Refusal = last }
            : Refuse($"{image.Short}: the pod's own pull secrets cannot read the source ({last.Message})");
    }
}
