using System.Collections.Concurrent;
using Amazon.Runtime;
using Microsoft.Extensions.Logging;
using Promoter.Aws.Ecr;
using Promoter.Registries;

namespace Promoter.Aws;

/// <summary>
/// Calls of the ECR API with their failures told apart: a missing permission of an optional call is remembered and said once, everything else
/// becomes a <see cref="RegistryException"/>.
/// </summary>
internal sealed class EcrCalls(TimeProvider time, ILogger logger)
{
    // Long enough to spare a run its repeated refusals, short enough that a server notices a repaired policy.
    private static readonly TimeSpan RememberFor = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<(string Host, string Repository, string Action), DateTimeOffset> _denied = new();
    private readonly ConcurrentDictionary<(string Host, string Action), bool> _said = new();

    /// <summary>Calls, or answers null where the identity may not use the action on the repository.</summary>
    public async Task<T?> TryAsync<T>(
        AwsRegistry registry, string action, string repository, Func<AmazonECRClient, Task<T>> call, CancellationToken cancellationToken)
        where T : class
    {
        var key = (registry.Host.Name, repository, action);
        if (_denied.TryGetValue(key, out var until) && until > time.GetUtcNow()) return null;
        try
        {
            return await InvokeAsync(registry, call);
        }
        catch (AmazonServiceException e) when (AwsFaults.IsAccessDenied(e))
        {
            _denied[key] = time.GetUtcNow() + RememberFor;
            if (_said.TryAdd((registry.Host.Name, action), value: true)) Log.ActionMissing(logger, action, AwsFaults.Of(e, registry, action, repository).Message);
            return null;
        }
        catch (Exception e) when (AwsFaults.Covers(e, cancellationToken))
        {
            throw AwsFaults.Of(e, registry, action, repository);
        }
    }

    /// <summary>Calls what cannot be done without.</summary>
    public static async Task<T> CallAsync<T>(
        AwsRegistry registry, string action, string repository, Func<AmazonECRClient, Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await InvokeAsync(registry, call);
        }
        catch (Exception e) when (AwsFaults.Covers(e, cancellationToken))
        {
            throw AwsFaults.Of(e, registry, action, repository);
        }
    }

    /// <summary>
    /// Calls, and once more with new credentials where AWS says that ours have expired: by our own clock they may seem good for long, and a session may
    /// be ended from outside.
    /// </summary>
    /// <exception cref="AmazonServiceException">AWS's answer, as it is.</exception>
    public static async Task<T> InvokeAsync<T>(AwsRegistry registry, Func<AmazonECRClient, Task<T>> call)
    {
        try
        {
            return await call(registry.Client);
        }
        catch (AmazonServiceException e) when (e.ErrorCode is "ExpiredTokenException" or "ExpiredToken" && registry.ForgetCredentials())
        {
            return await call(registry.Client);
        }
    }
}
