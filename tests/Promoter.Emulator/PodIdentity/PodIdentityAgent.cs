using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Promoter.Emulator.Faults;
using Promoter.Emulator.Iam;
using Promoter.Emulator.Recording;
using Promoter.Emulator.Registry;

namespace Promoter.Emulator.PodIdentity;

/// <summary>The agent on an EKS node: <c>GET /v1/credentials</c> with the pod's token gives the credentials of the associated role.</summary>
public sealed class PodIdentityAgent : IFaultAnswers
{
    private readonly ConcurrentDictionary<string, Principal> _associations = new(StringComparer.Ordinal);
    private readonly EmulatedIam _iam;
    private readonly RequestPipeline _pipeline;

    internal PodIdentityAgent(EmulatedIam iam, RequestPipeline pipeline)
    {
        _iam = iam;
        _pipeline = pipeline;
    }

    /// <summary>For <c>AWS_CONTAINER_CREDENTIALS_FULL_URI</c>.</summary>
    public Uri CredentialsUri { get; internal set; } = new("http://127.0.0.1/v1/credentials");

    /// <summary>How long the next credentials are good for.</summary>
    public TimeSpan SessionLifetime { get; set; } = TimeSpan.FromHours(6);

    /// <summary>Associates a service account with a role that trusts Pod Identity.</summary>
    /// <returns>The pod's token, for the file that <c>AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE</c> names.</returns>
    public string Associate(Principal role)
    {
        var token = _iam.WebIdentity.Issue($"pod of {role.Name}", "pods.eks.amazonaws.com");
        _associations[token] = role;
        return token;
    }

    internal Task HandleAsync(HttpContext context) => _pipeline.RunAsync(context, record => record.Action = EmulatedAction.PodIdentity, this, ServeAsync);

    Task IFaultAnswers.WriteStatusAsync(HttpContext context, int status, string? code, string? message) => WriteErrorAsync(context, status, message ?? code ?? "internal error");

    Task IFaultAnswers.WriteExpiredTokenAsync(HttpContext context) => WriteErrorAsync(context, 400, "ExpiredTokenException: the service account token has expired");

    private static Task WriteErrorAsync(HttpContext context, int status, string message)
    {
        context.Response.StatusCode = status;
        return context.WriteBytesAsync("text/plain", Encoding.UTF8.GetBytes(message));
    }

    private Task ServeAsync(HttpContext context, RecordedRequest record)
    {
        if (context.Request.Path != "/v1/credentials") return WriteErrorAsync(context, 404, "404 page not found");
        var token = context.Request.Headers.Authorization.ToString();
        if (!_associations.TryGetValue(token, out var role)) return WriteErrorAsync(context, 400, "Service account token cannot be empty or is not associated with a role");
        _iam.FindRole(role.Arn, out var trust);
        if (!trust.PodIdentity) return WriteErrorAsync(context, 400, $"AccessDeniedException: the trust policy of {role.Arn} does not allow pods.eks.amazonaws.com");
        var key = _iam.IssueSession(role, "eks-emulator-pod", SessionLifetime);
        record.Principal = role.Arn;
        record.Account = role.AccountId;
        var credentials = new JsonObject
        {
            ["AccessKeyId"] = key.AccessKeyId,
            ["SecretAccessKey"] = key.SecretAccessKey,
            ["Token"] = key.SessionToken,
            ["AccountId"] = role.AccountId,
            ["Expiration"] = key.Expiration!.Value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        };
        return context.WriteBytesAsync("application/json", Encoding.UTF8.GetBytes(credentials.ToJsonString()));
    }
}
