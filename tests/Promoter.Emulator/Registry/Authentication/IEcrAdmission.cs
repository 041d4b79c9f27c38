using Promoter.Emulator.Iam;

namespace Promoter.Emulator.Registry.Authentication;

/// <summary>Permissions and quotas of an ECR registry request.</summary>
internal interface IEcrAdmission
{
    /// <param name="donor">The repository to mount from, or the empty string.</param>
    /// <exception cref="RegistryErrorException">DENIED or TOOMANYREQUESTS.</exception>
    void Admit(Caller caller, string account, string operation, string repository, string donor);
}
