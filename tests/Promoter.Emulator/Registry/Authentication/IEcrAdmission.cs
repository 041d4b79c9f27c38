using Promoter.Emulator.Iam;

namespace Promoter.Emulator.Registry.Authentication;

/// <summary>Permissions and quotas of an ECR registry request.</summary>
internal interface IEcrAdmission
{
    /// <exception cref="RegistryErrorException">DENIED or TOOMANYREQUESTS.</exception>
    void Admit(Caller caller, string account, string operation, string repository);

    /// <summary>Whether layers may be mounted from that repository.</summary>
    bool MayReadLayers(Caller caller, string account, string repository);
}
