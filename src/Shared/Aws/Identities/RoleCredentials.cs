using Amazon.Runtime;
using Amazon.SecurityToken.Model;

namespace Promoter.Aws.Identities;

/// <summary>A role assumed from other credentials. Built here and not by the SDK's class, which chooses region and endpoint from the process.</summary>
internal sealed class RoleCredentials : RefreshingAWSCredentials
{
    private readonly AwsIdentity _identity;
    private readonly AWSCredentials _from;

    public RoleCredentials(AwsIdentity identity, AWSCredentials from)
    {
        _identity = identity;
        _from = from;
        PreemptExpiryTime = TimeSpan.FromMinutes(5);
    }

    protected override CredentialsRefreshState GenerateNewCredentials() => throw new NotSupportedException("credentials are fetched asynchronously");

    protected override async Task<CredentialsRefreshState> GenerateNewCredentialsAsync()
    {
        try
        {
            using var sts = StsClients.Create(_from, _identity.StsRegion, _identity.StsEndpoint);
            var response = await sts.AssumeRoleAsync(new AssumeRoleRequest
            {
                RoleArn = _identity.RoleArn,
                RoleSessionName = _identity.SessionName,
                ExternalId = string.IsNullOrEmpty(_identity.ExternalId) ? null : _identity.ExternalId,
            });
            return new CredentialsRefreshState(await response.Credentials.GetCredentialsAsync(), response.Credentials.Expiration!.Value.ToUniversalTime());
        }
        catch (Exception e)
        {
            throw StsFaults.Of(e, _identity, _identity.RoleArn!, "sts:AssumeRole");
        }
    }
}
