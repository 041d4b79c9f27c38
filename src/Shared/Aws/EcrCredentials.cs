using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Promoter.Aws.Ecr;
using Promoter.Aws.Ecr.Model;
using Promoter.Aws.Identities;
using Promoter.Registries;

namespace Promoter.Aws;

/// <summary>
/// ECR's registry passwords. One token serves every registry that its identity may use in a region, so registries with the same identity
/// and region share it.
/// </summary>
public sealed class EcrCredentials(AwsRegistries registries, TimeProvider time, ILogger<EcrCredentials> logger) : IRegistryCredentials, IDisposable
{
    private readonly ConcurrentDictionary<TokenKey, EcrTokenCache> _tokens = new();

    public async ValueTask<RegistryCredential?> FindAsync(string host, RegistryCredential? rejected, CancellationToken cancellationToken)
    {
        if (!registries.TryFind(host, out var registry)) return null;
        try
        {
            var token = await CacheOf(registry).GetAsync(rejected?.Secret, cancellationToken);
            if (token.Password == rejected?.Secret) throw Refused(registry);
            return RegistryCredential.Basic(token.UserName, token.Password) with
            {
                ExpiresAt = token.ExpiresAt,
                // Private registries take Basic and say so only by a 401; the public gallery exchanges it for a bearer token.
                SendFirst = !registry.Host.IsPublic,
                Origin = $"AWS, {registry.Identity}",
            };
        }
        catch (Exception e) when (AwsFaults.Covers(e, cancellationToken))
        {
            throw AwsFaults.Of(e, registry, registry.Host.IsPublic ? "ecr-public:GetAuthorizationToken" : EcrActions.GetAuthorizationToken);
        }
    }

    public void Dispose()
    {
        foreach (var cache in _tokens.Values) cache.Dispose();
    }

    private static RegistryException Refused(AwsRegistry registry) => new(
        RegistryFault.Denied, $"{registry.Description} refuses the token of {registry.Identity}, and AWS issues no other: check that the registry's account and region are the ones meant")
    {
        Operation = EcrActions.GetAuthorizationToken,
        Host = registry.Host.Name,
        Side = registry.Side ?? Side.Source,
    };

    private EcrTokenCache CacheOf(AwsRegistry registry)
    {
        var key = new TokenKey(registry.Identity, registry.Host.Region, registry.Host.IsPublic, registry.Options.EcrEndpoint);
        return _tokens.GetOrAdd(key, _ => new EcrTokenCache(
            cancellationToken => registry.Host.IsPublic ? FetchPublicAsync(registry, cancellationToken) : FetchAsync(registry, cancellationToken),
            time,
            logger,
            $"{registry.Identity} in {registry.Host.Region}"));
    }

    private static async Task<EcrToken> FetchAsync(AwsRegistry registry, CancellationToken cancellationToken)
    {
        var response = await EcrCalls.InvokeAsync(registry, client => client.GetAuthorizationTokenAsync(new GetAuthorizationTokenRequest(), cancellationToken));
        return EcrToken.Read(response.AuthorizationData.FirstOrDefault());
    }

    private async Task<EcrToken> FetchPublicAsync(AwsRegistry registry, CancellationToken cancellationToken)
    {
        var config = new AmazonECRPublicConfig(registry.Host.Region);
        if (!string.IsNullOrEmpty(registry.Options.EcrEndpoint)) config.ServiceURL = registry.Options.EcrEndpoint;
        using var client = new AmazonECRPublicClient(registries.Identities.CredentialsOf(registry.Identity), config);
        var response = await client.GetAuthorizationTokenAsync(new GetAuthorizationTokenRequest(), cancellationToken);
        return EcrToken.Read(response.AuthorizationData);
    }

    /// <summary>What decides the token; two registries with equal keys share one.</summary>
    private sealed record TokenKey(AwsIdentity Identity, string Region, bool IsPublic, string? Endpoint);
}
