using Promoter.Emulator.Recording;

namespace Promoter.Emulator.Registry.Authentication;

/// <summary>Who may do what at a registry, and how it says no.</summary>
internal interface IRegistryGate
{
    /// <summary>True: go on; false: answered already. May throw <see cref="RegistryErrorException"/>.</summary>
    Task<bool> AdmitAsync(HttpContext context, RegistryRoute route, RecordedRequest record);

    /// <summary>Answers as if the credential had just expired.</summary>
    Task RefuseExpiredAsync(HttpContext context, RegistryRoute route);

    /// <summary>Serves the token server, where the registry has one of its own.</summary>
    Task IssueTokenAsync(HttpContext context);
}
