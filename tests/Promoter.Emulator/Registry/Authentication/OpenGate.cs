using Promoter.Emulator.Recording;

namespace Promoter.Emulator.Registry.Authentication;

/// <summary>A registry without authentication.</summary>
internal sealed class OpenGate : IRegistryGate
{
    public Task<bool> AdmitAsync(HttpContext context, RegistryRoute route, RecordedRequest record) => Task.FromResult(true);

    public Task RefuseExpiredAsync(HttpContext context, RegistryRoute route) => RegistryErrorException.WriteAsync(context, 401, "UNAUTHORIZED", "authentication required");

    public Task IssueTokenAsync(HttpContext context) => RegistryErrorException.WriteAsync(context, 404, "NOT_FOUND", "404 page not found");
}
