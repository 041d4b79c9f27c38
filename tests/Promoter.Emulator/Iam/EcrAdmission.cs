using Promoter.Emulator.Registry;
using Promoter.Emulator.Registry.Authentication;

namespace Promoter.Emulator.Iam;

/// <summary>Applies IAM and the quotas to the registry endpoint, in the registry's error form.</summary>
internal sealed class EcrAdmission(AwsState state) : IEcrAdmission
{
    public void Admit(Caller caller, string account, string operation, string repository)
    {
        if (state.Refuse(caller, account, operation, repository) is { } sentence) throw new RegistryErrorException(403, "DENIED", sentence);
        if (!state.Quotas.TryTake(account, operation)) throw new RegistryErrorException(429, "TOOMANYREQUESTS", "Rate exceeded");
    }

    public bool MayReadLayers(Caller caller, string account, string repository) => state.Refuse(caller, account, "GetDownloadUrlForLayer", repository) is null;
}
