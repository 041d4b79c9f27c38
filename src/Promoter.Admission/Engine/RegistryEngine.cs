using Promoter.Admission.OnDemand;
using Promoter.Admission.Presence;
using Promoter.Oci;
using Promoter.Promotion;
using Promoter.Promotion.Configuration;
using Promoter.Registries;

namespace Promoter.Admission.Engine;

/// <summary>The job's engine behind the webhook's door.</summary>
internal sealed class RegistryEngine(EngineClients clients, PromotionConfig config, TimeProvider time, ILoggerFactory loggers) : IPromotionEngine, IDisposable
{
    private readonly PromotionRules _rules = new(config.Rules);

    public async Task<PresenceAnswer> CheckAsync(ImageReference target, CancellationToken cancellationToken)
    {
        try
        {
            var repository = clients.LookUps.Repository(target.Registry, target.Repository, Side.Target);
            var found = await repository.HeadManifestAsync(target.Manifest, cancellationToken);
            return found is null ? PresenceAnswer.Missing.Instance : new PresenceAnswer.Present(found.Digest);
        }
        catch (RegistryException e) when (e.Fault is RegistryFault.NotFound)
        {
            return PresenceAnswer.Missing.Instance; // The repository itself is not there.
        }
        catch (RegistryException e)
        {
            return new PresenceAnswer.Unknown(EngineFaults.Of(e, Side.Target));
        }
    }

    public async Task<ImageFault?> CheckSourceAsync(PairedImage image, SourceAccess access, CancellationToken cancellationToken)
    {
        var own = access.Credentials is { } credentials ? clients.LookUpsForPod(image.Source.Registry, credentials) : null;
        try
        {
            var repository = (own ?? clients.LookUps).Repository(image.Source.Registry, image.Source.Repository, Side.Source);
            return await repository.HeadManifestAsync(image.Source.Manifest, cancellationToken) is null
                ? new ImageFault(ImageFaultKind.Missing, Side.Source, $"the image {image.Source} is not at the source, or not for these credentials")
                : null;
        }
        catch (RegistryException e)
        {
            return EngineFaults.Of(e, Side.Source);
        }
        finally
        {
            own?.Dispose();
        }
    }

    public async Task<PlanAnswer> PlanAsync(PairedImage image, SourceAccess access, CancellationToken cancellationToken)
    {
        if (RequestOf(image) is not { } request) return new PlanAnswer.Impossible(new ImageFault(ImageFaultKind.Refused, Side.Source, $"no rule covers {image.Target} any more"));
        var own = access.Credentials is { } credentials ? clients.ForPod(image.Source.Registry, credentials) : null;
        var registries = own ?? clients.Copies;
        try
        {
            var plan = await new PromotionPlanner(registries).PlanAsync([request], [], cancellationToken);
            var planned = plan.Images[0];
            if (planned.Failure is null)
            {
                var promotion = new PlannedPromotion(plan, registries, clients.Options, config.Transfer.Parallelism, own, time, loggers);
                own = null;
                return new PlanAnswer.Planned(promotion);
            }

            return new PlanAnswer.Impossible(EngineFaults.Of(planned.Failure, Side.Source));
        }
        catch (Exception e) when (e is RegistryException or PromotionException)
        {
            return new PlanAnswer.Impossible(EngineFaults.Of(e, Side.Source));
        }
        finally
        {
            own?.Dispose();
        }
    }

    public void Dispose() => clients.Dispose();

    private PromotionRequest? RequestOf(PairedImage image) => _rules.Match(image.Target) is RuleMatch.Covered covered
        ? new PromotionRequest(covered.Target, covered.Source)
        {
            Rule = covered.Rule.Name,
            Referrers = covered.Rule.Referrers,
            RequireSignature = covered.Rule.RequireSignature,
            // A pod that asks for what is missing never moves a tag that is there: that is the promotion's decision.
            MayMoveTag = false,
        }
        : null;
}
