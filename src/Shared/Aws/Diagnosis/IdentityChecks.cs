using Amazon.Runtime;
using Amazon.SecurityToken.Model;
using Promoter.Aws.Identities;
using Promoter.Registries;

namespace Promoter.Aws.Diagnosis;

/// <summary>Who we are towards a registry, and whether it gives us a password.</summary>
internal sealed class IdentityChecks(AwsRegistries registries, EcrCredentials credentials, AwsRegistry registry, DiagnosisSubject subject)
{
    public async Task<Check> WhoAmIAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var sts = StsClients.Create(registries.Identities.CredentialsOf(registry.Identity), registry.Identity.StsRegion, registry.Identity.StsEndpoint);
            var caller = await sts.GetCallerIdentityAsync(new GetCallerIdentityRequest(), cancellationToken);
            var isForeign = registry.RegistryId is { } account && caller.Account != account;
            return Of("identity", CheckStatus.Ok, isForeign ? $"{caller.Arn}, of another account than the registry: its repositories need a policy that names it" : caller.Arn);
        }
        catch (IdentityException e)
        {
            return Of("identity", CheckStatus.Fail, e.Message);
        }
        catch (Exception e) when (AwsFaults.Covers(e, cancellationToken))
        {
            if (e.Find<IdentityException>() is { } cause) return Of("identity", CheckStatus.Fail, cause.Message);

            // Who we are is only for the reader; whether STS can be reached matters where a role is assumed, and the token decides the rest.
            return e is AmazonServiceException { ErrorCode: { Length: > 0 } code }
                ? Of("identity", CheckStatus.Fail, $"STS in {registry.Identity.StsRegion} refuses the credentials of {registry.Identity} ({code}): {e.Message}")
                : Of("identity", CheckStatus.Skipped, $"STS in {registry.Identity.StsRegion} did not answer: {e.GetBaseException().Message}");
        }
    }

    public async Task<Check> TokenAsync(CancellationToken cancellationToken)
    {
        try
        {
            var credential = await credentials.FindAsync(subject.Host, rejected: null, cancellationToken);
            return Of("token", CheckStatus.Ok, $"valid until {credential?.ExpiresAt:u}");
        }
        catch (RegistryException e)
        {
            var isDenied = e.Codes.Contains("AccessDeniedException", StringComparer.Ordinal);
            return Of("token", CheckStatus.Fail, e.Message) with
            {
                Fault = e.Fault,
                MissingStatement = isDenied ? MissingStatement.For(AccessDenial.TryParse(e.InnerException?.Message, out var denial) ? denial : null, EcrActions.GetAuthorizationToken, "*") : null,
                Remedy = isDenied ? $"allow {EcrActions.GetAuthorizationToken} on * in a policy of the identity; no repository policy can grant it" : "",
            };
        }
    }

    private Check Of(string name, CheckStatus status, string detail) => new(name, subject.Side, subject.Host, status, detail);
}
