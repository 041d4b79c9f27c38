using System.Text;
using Promoter.Emulator.Recording;

namespace Promoter.Emulator.Registry.Authentication;

/// <summary>ECR's registry endpoint takes <c>Basic AWS:token</c> with every request and knows neither scopes nor Bearer tokens.</summary>
internal sealed class EcrGate(EcrTokens tokens, TimeProvider clock, IEcrAdmission admission) : IRegistryGate
{
    private const string ExpiredText = "Your authorization token has expired. Reauthenticate and try again.";

    public async Task<bool> AdmitAsync(HttpContext context, RegistryRoute route, RecordedRequest record)
    {
        context.Response.Headers["x-amzn-RequestId"] = Guid.NewGuid().ToString();
        var given = Credentials.Of(context.Request);
        var token = given is { User: "AWS" } ? tokens.Find(given.Value.Password) : null;
        if (token is null)
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            context.Response.Headers.WWWAuthenticate = $"Basic realm=\"{context.Request.Scheme}://{context.Request.Host}/\",service=\"ecr.amazonaws.com\"";
            await context.WriteBytesAsync("text/plain; charset=utf-8", Encoding.UTF8.GetBytes("Not Authorized\n"));
            return false;
        }

        record.Principal = token.Caller.Arn;
        if (clock.GetUtcNow() >= token.ExpiresAt) throw new RegistryErrorException(403, "DENIED", ExpiredText);
        if (record.Operation.Length == 0) return true;
        admission.Admit(token.Caller, record.Account, record.Operation, route.Repository);
        // A donor that the caller may not read is no error: the mount becomes an ordinary session.
        var donor = context.Request.Query["from"].ToString();
        if (route.Action == EmulatedAction.Mount && !admission.MayReadLayers(token.Caller, record.Account, donor)) context.Request.QueryString = QueryString.Empty;
        return true;
    }

    // ECR reports it as denied, not as a challenge (aws-cli#6580).
    public Task RefuseExpiredAsync(HttpContext context, RegistryRoute route) => RegistryErrorException.WriteAsync(context, 403, "DENIED", ExpiredText);

    public Task IssueTokenAsync(HttpContext context) => RegistryErrorException.WriteAsync(context, 404, "NOT_FOUND", "404 page not found");
}
