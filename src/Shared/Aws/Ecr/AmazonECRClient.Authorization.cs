using Promoter.Aws.Ecr.Model;
using Promoter.Aws.Ecr.Runtime;

namespace Promoter.Aws.Ecr;

/// <content>Tokens and account settings.</content>
public sealed partial class AmazonECRClient
{
    private static readonly JsonOperation<GetAuthorizationTokenRequest, GetAuthorizationTokenResponse> GetAuthorizationToken =
        Operation("GetAuthorizationToken", EcrJson.Default.GetAuthorizationTokenRequest, EcrJson.Default.GetAuthorizationTokenResponse);

    private static readonly JsonOperation<GetAccountSettingRequest, GetAccountSettingResponse> GetAccountSetting =
        Operation("GetAccountSetting", EcrJson.Default.GetAccountSettingRequest, EcrJson.Default.GetAccountSettingResponse);

    public Task<GetAuthorizationTokenResponse> GetAuthorizationTokenAsync(GetAuthorizationTokenRequest request, CancellationToken cancellationToken) =>
        InvokeAsync<GetAuthorizationTokenResponse>(request, GetAuthorizationToken.Options, cancellationToken);

    public Task<GetAccountSettingResponse> GetAccountSettingAsync(GetAccountSettingRequest request, CancellationToken cancellationToken) =>
        InvokeAsync<GetAccountSettingResponse>(request, GetAccountSetting.Options, cancellationToken);
}
