using Amazon.Runtime;
using Amazon.SecurityToken.Model;

namespace Promoter.Aws.Identities;

/// <summary>A role assumed with an OIDC token from a file, which is read anew each time because the cluster rotates it (EKS: IAM roles for service accounts).</summary>
internal sealed class WebIdentityCredentials : RefreshingAWSCredentials
{
    private readonly AwsIdentity _identity;

    public WebIdentityCredentials(AwsIdentity identity)
    {
        _identity = identity;
        PreemptExpiryTime = TimeSpan.FromMinutes(5);
    }

    protected override CredentialsRefreshState GenerateNewCredentials() => throw new NotSupportedException("credentials are fetched asynchronously");

    protected override async Task<CredentialsRefreshState> GenerateNewCredentialsAsync()
    {
        var role = _identity.RoleArn ?? Environment.GetEnvironmentVariable("AWS_ROLE_ARN")
            ?? throw new IdentityException("the web identity has no role: set roleArn, or annotate the service account with eks.amazonaws.com/role-arn, which sets AWS_ROLE_ARN");
        try
        {
            using var sts = StsClients.Create(new AnonymousAWSCredentials(), _identity.StsRegion, _identity.StsEndpoint);
            var response = await sts.AssumeRoleWithWebIdentityAsync(new AssumeRoleWithWebIdentityRequest
            {
                RoleArn = role,
                RoleSessionName = _identity.SessionName,
                WebIdentityToken = await ReadTokenAsync(),
            });
            return new CredentialsRefreshState(await response.Credentials.GetCredentialsAsync(), response.Credentials.Expiration!.Value.ToUniversalTime());
        }
        catch (Exception e)
        {
            throw StsFaults.Of(e, _identity, role, "sts:AssumeRoleWithWebIdentity");
        }
    }

    private async Task<string> ReadTokenAsync()
    {
        var file = _identity.WebIdentityTokenFile ?? Environment.GetEnvironmentVariable("AWS_WEB_IDENTITY_TOKEN_FILE")
            ?? throw new IdentityException("there is no web identity here: AWS_WEB_IDENTITY_TOKEN_FILE is not set; annotate the pod's service account with eks.amazonaws.com/role-arn and restart the pod");
        try
        {
            return (await File.ReadAllTextAsync(file)).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Without its cause: the SDK takes an IOException inside for a broken connection and tries again for seconds.
            throw new IdentityException($"the web identity's token file '{file}' cannot be read: {e.Message.TrimEnd('.')}");
        }
    }
}
