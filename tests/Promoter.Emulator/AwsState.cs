using Promoter.Emulator.Iam;
using Promoter.Emulator.Registry;
using Promoter.Emulator.Registry.Authentication;

namespace Promoter.Emulator;

/// <summary>What the listeners of one <see cref="EmulatedAws"/> share.</summary>
internal sealed class AwsState(AwsOptions options)
{
    public AwsOptions Options => options;

    public EmulatedIam Iam { get; } = new(options.Clock);

    public EcrTokens Tokens { get; } = new(options.Clock);

    public EcrQuotas Quotas { get; } = new(options.Clock);

    public Authorizer Authorizer { get; } = new(options.OrganizationId);

    public Dictionary<string, RegistryStore> Stores { get; } = new(StringComparer.Ordinal);

    /// <exception cref="AwsErrorException">AccessDeniedException.</exception>
    public void Authorize(Caller caller, string account, string operation, string repository)
    {
        if (Refuse(caller, account, operation, repository) is { } sentence) throw new AwsErrorException("AccessDeniedException", sentence);
    }

    /// <summary>Null where the caller may, else AWS's sentence.</summary>
    /// <param name="repository">A name, <c>*</c> for all of the registry, or empty where the operation has no resource.</param>
    public string? Refuse(Caller caller, string account, string operation, string repository)
    {
        // Listing referrers is authorised as reading images.
        var action = "ecr:" + (operation == "ListImageReferrers" ? "BatchGetImage" : operation);
        if (repository.Length == 0) return Authorizer.Refuse(caller, action, "*", account);
        var (own, registry) = Stores.TryGetValue(account, out var store)
            ? store.Access(all => (all.GetValueOrDefault(repository)?.Settings.Policy, store.Settings.RegistryPolicy))
            : (null, null);
        return Authorizer.Refuse(caller, action, Arn.Repository(options.Region, account, repository), account, own, registry);
    }
}
