using System.Net;
using Amazon.Runtime;
using Promoter.Aws.Ecr.Model;

namespace Promoter.Aws.Diagnosis;

/// <summary>Runs probes and tells a missing permission from a missing repository and from an API that does not answer.</summary>
internal sealed class ActionChecks(AwsRegistry registry, DiagnosisSubject subject)
{
    public async Task<Check> RunAsync(ActionProbe probe, string repository, CancellationToken cancellationToken)
    {
        var at = probe.IsAboutRepository ? repository : "";
        try
        {
            await probe.Call(registry.Client, registry, repository, cancellationToken);
            return Of(probe, CheckStatus.Ok, "allowed", at);
        }
        catch (RepositoryNotFoundException)
        {
            return Of(probe, CheckStatus.Skipped, "the repository does not exist, so that AWS does not say whether the action would be allowed", at);
        }
        catch (AmazonServiceException e) when (AwsFaults.IsAccessDenied(e))
        {
            return Denied(probe, e, at);
        }
        catch (AmazonServiceException e) when (IsAboutContent(e))
        {
            return Of(probe, CheckStatus.Ok, "allowed", at);
        }
        catch (Exception e) when (AwsFaults.Covers(e, cancellationToken))
        {
            return Of(probe, CheckStatus.Fail, AwsFaults.Of(e, registry, probe.Action, at).Message, at);
        }
    }

    // The probes ask for what does not exist: such refusals come after the permission was granted.
    private static bool IsAboutContent(AmazonServiceException e) =>
        e is { StatusCode: HttpStatusCode.BadRequest, ErrorCode: { } code }
        && (code.EndsWith("NotFoundException", StringComparison.Ordinal) || code is "RepositoryAlreadyExistsException" or "InvalidParameterException" or "ValidationException" or "InvalidLayerException"
            or "InvalidLayerPartException" or "LayerPartTooSmallException" or "EmptyUploadException" or "LayerInaccessibleException");

    private Check Denied(ActionProbe probe, AmazonServiceException e, string repository)
    {
        var denial = AccessDenial.TryParse(e.Message, out var parsed) ? parsed : null;
        var resource = repository.Length > 0 ? registry.Host.RepositoryArn(repository) : "*";
        return Of(probe, probe.IsRequired ? CheckStatus.Fail : CheckStatus.Warn, AwsFaults.Of(e, registry, probe.Action, repository).Message, repository) with
        {
            Remedy = denial?.Remedy ?? $"allow {probe.Action} on {resource} to {registry.Identity}",
            MissingStatement = MissingStatement.For(denial, probe.Action, resource),
        };
    }

    private Check Of(ActionProbe probe, CheckStatus status, string detail, string repository) =>
        new(repository.Length > 0 ? $"{probe.Action} on {repository}" : probe.Action, subject.Side, subject.Host, status, detail);
}
