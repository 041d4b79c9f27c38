using Promoter.Emulator.Recording;

namespace Promoter.Emulator.Registry.Authentication;

/// <summary>Basic authentication with fixed users.</summary>
internal sealed class BasicGate(IReadOnlyList<RegistryUser> users) : IRegistryGate
{
    public async Task<bool> AdmitAsync(HttpContext context, RegistryRoute route, RecordedRequest record)
    {
        var user = Credentials.Of(context.Request) is { } given ? users.FirstOrDefault(u => u.Name == given.User && u.Password == given.Password) : null;
        if (user is null)
        {
            await RefuseExpiredAsync(context, route);
            return false;
        }

        record.Principal = user.Name;
        if (route.Repository.Length > 0 && !user.May(route.Repository, record.IsWrite)) throw new RegistryErrorException(403, "DENIED", "requested access to the resource is denied");
        return true;
    }

    public Task RefuseExpiredAsync(HttpContext context, RegistryRoute route)
    {
        context.Response.Headers.WWWAuthenticate = "Basic realm=\"emulator\"";
        return RegistryErrorException.WriteAsync(context, 401, "UNAUTHORIZED", "authentication required");
    }

    public Task IssueTokenAsync(HttpContext context) => RegistryErrorException.WriteAsync(context, 404, "NOT_FOUND", "404 page not found");
}
