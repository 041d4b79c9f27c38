using System.Net;
using Amazon.Runtime;
using Promoter.Aws.Ecr.Model;

namespace Promoter.Aws.Diagnosis;

/// <summary>Runs probes against one repository and tells a missing permission from a missing repository and from an API that does not answer.</summary>
internal sealed class ActionChecks(AwsRegistry registry, DiagnosisSubject subject, string repository)
{
    /// <summary>Whether a probe was told that the repository does not exist.</summary>
    public bool IsMissing { get; private set; }

    public async Task<Check> RunAsync(ActionProbe probe, bool isRequired, CancellationToken cancellationToken)
    {
        var at = probe.IsAboutRepository ? repository : "";
        try
        {
            await probe.Call(registry.Client, registry, repository, cancellationToken);
            return Of(probe, CheckStatus.Ok, "allowed", at);
        }
        catch (RepositoryNotFoundException)
        {
            // AWS looks for a resource only after it has authorised the request.
            IsMissing = true;
            return Of(probe, CheckStatus.Ok, "allowed; the repository does not exist", at);
        }
        catch (AmazonServiceException e) when (AwsFaults.IsAccessDenied(e) && !IsAboutKey(e))
        {
            return Denied(probe, e, at, isRequired);
        }
        catch (AmazonServiceException e) when (IsAboutContent(e) || IsAboutKey(e))
        {
            return Of(probe, CheckStatus.Ok, "allowed", at);
        }
        catch (Exception e) when (AwsFaults.Covers(e, cancellationToken))
        {
            var fault = AwsFaults.Of(e, registry, probe.Action, at);
            return Of(probe, CheckStatus.Fail, fault.Message, at) with { Fault = fault.Fault };
        }
    }

    public Check NotTried(ActionProbe probe, string reason) => Of(probe, CheckStatus.Skipped, reason, probe.IsAboutRepository ? repository : "");

    // The probes ask for what does not exist or cannot be: such refusals come after the permission was granted.
    private static bool IsAboutContent(AmazonServiceException e) =>
        e is { StatusCode: HttpStatusCode.BadRequest, ErrorCode: { } code }
        && (code.EndsWith("NotFoundException", StringComparison.Ordinal) || code is "RepositoryAlreadyExistsException" or "InvalidParameterException" or "ValidationException" or "InvalidLayerException"
            or "InvalidLayerPartException" or "LayerPartTooSmallException" or "EmptyUploadException" or "LayerInaccessibleException" or "KmsException" or "InvalidTagParameterException");

    // The key of the creation probe does not exist, which KMS may answer with a denial of its own.
    private static bool IsAboutKey(AmazonServiceException e) => AccessDenial.TryParse(e.Message, out var denial) && denial.Action.StartsWith("kms:", StringComparison.Ordinal);

    private Check Denied(ActionProbe probe, AmazonServiceException e, string at, bool isRequired)
    {
        var denial = AccessDenial.TryParse(e.Message, out var parsed) ? parsed : null;
        var resource = at.Length > 0 ? registry.Host.RepositoryArn(at) : "*";
        return Of(probe, isRequired ? CheckStatus.Fail : CheckStatus.Warn, AwsFaults.Of(e, registry, probe.Action, at).Message, at) with
        {
            Remedy = denial?.Remedy ?? $"allow {probe.Action} on {resource} to {registry.Identity}",
            MissingStatement = MissingStatement.For(denial, probe.Action, resource),
        };
    }

    private Check Of(ActionProbe probe, CheckStatus status, string detail, string at) =>
        new(at.Length > 0 ? $"{probe.Action} on {at}" : probe.Action, subject.Side, subject.Host, status, detail);
}
