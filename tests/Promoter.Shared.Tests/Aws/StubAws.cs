using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Promoter.Tests.Aws;

/// <summary>ECR's JSON API and STS on loopback, answering as a test scripts it and recording what it was asked.</summary>
internal sealed class StubAws : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, Func<JsonObject, StubReply>> _replies = new(StringComparer.Ordinal);

    private StubAws(WebApplication app) => _app = app;

    public string Url => _app.Urls.Single();

    public ConcurrentQueue<StubRequest> Requests { get; } = new();

    public static async Task<StubAws> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var stub = new StubAws(app);
        app.MapPost("/", stub.AnswerAsync);
        app.MapGet("/pod-identity", stub.AnswerPodIdentityAsync);
        await app.StartAsync();
        stub.On("GetAuthorizationToken", _ => StubReply.Json(Token("password-1", TimeSpan.FromHours(12))));
        stub.On("AssumeRole", form => StubReply.Xml(Credentials("AssumeRole", form)));
        stub.On("AssumeRoleWithWebIdentity", form => StubReply.Xml(Credentials("AssumeRoleWithWebIdentity", form)));
        stub.On("GetCallerIdentity", _ => StubReply.Xml("""
            <GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
            <Arn>arn:aws:sts::222222222222:assumed-role/promoter/promoter</Arn><UserId>AROA:promoter</UserId><Account>222222222222</Account>
            </GetCallerIdentityResult><ResponseMetadata><RequestId>sts-request</RequestId></ResponseMetadata></GetCallerIdentityResponse>
            """));
        return stub;
    }

    /// <summary>The body that GetAuthorizationToken answers with.</summary>
    public static JsonObject Token(string password, TimeSpan validFor, DateTimeOffset? now = null) => new()
    {
        ["authorizationData"] = new JsonArray(new JsonObject
        {
            ["authorizationToken"] = Convert.ToBase64String(Encoding.UTF8.GetBytes("AWS:" + password)),
            ["expiresAt"] = ((now ?? TimeProvider.System.GetUtcNow()) + validFor).ToUnixTimeMilliseconds() / 1000.0,
            ["proxyEndpoint"] = "https://111111111111.dkr.ecr.eu-west-1.amazonaws.com",
        }),
    };

    public void On(string operation, Func<JsonObject, StubReply> reply) => _replies[operation] = reply;

    public int Count(string operation) => Requests.Count(request => request.Operation == operation);

    public StubRequest Last(string operation) => Requests.Last(request => request.Operation == operation);

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private static string Credentials(string action, JsonObject form) => string.Create(CultureInfo.InvariantCulture, $"""
        <{action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{action}Result>
        <AssumedRoleUser><Arn>arn:aws:sts::111111111111:assumed-role/r/{form["RoleSessionName"]}</Arn><AssumedRoleId>AROA:{form["RoleSessionName"]}</AssumedRoleId></AssumedRoleUser>
        <Credentials><AccessKeyId>ASIASTUB</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>session</SessionToken>
        <Expiration>{TimeProvider.System.GetUtcNow().AddHours(1):yyyy-MM-ddTHH:mm:ssZ}</Expiration></Credentials>
        </{action}Result><ResponseMetadata><RequestId>sts-request</RequestId></ResponseMetadata></{action}Response>
        """);

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var text = await reader.ReadToEndAsync(context.RequestAborted);
        var target = context.Request.Headers["X-Amz-Target"].ToString();
        var body = target.Length > 0 ? JsonNode.Parse(text)!.AsObject() : Form(text);
        var operation = target.Length > 0 ? target[(target.LastIndexOf('.') + 1)..] : body["Action"]!.ToString();
        Requests.Enqueue(new StubRequest(operation, target, body, context.Request.Headers.Authorization.ToString()));
        var reply = _replies.TryGetValue(operation, out var script)
            ? script(body)
            : StubReply.Error(400, "UnknownOperationException", $"the test did not script {operation}");
        context.Response.StatusCode = reply.Status;
        context.Response.ContentType = reply.ContentType;
        context.Response.Headers["x-amzn-RequestId"] = "stub-request";
        await context.Response.WriteAsync(reply.Body, context.RequestAborted);
    }

    private async Task AnswerPodIdentityAsync(HttpContext context)
    {
        Requests.Enqueue(new StubRequest("PodIdentity", "", [], context.Request.Headers.Authorization.ToString()));
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(new JsonObject
        {
            ["AccessKeyId"] = "ASIAPOD",
            ["SecretAccessKey"] = "secret",
            ["Token"] = "session",
            ["Expiration"] = TimeProvider.System.GetUtcNow().AddHours(1).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
        }.ToJsonString(), context.RequestAborted);
    }

    private static JsonObject Form(string text)
    {
        var values = HttpUtility.ParseQueryString(text);
        return new JsonObject(values.AllKeys.Select(key => KeyValuePair.Create(key!, (JsonNode?)values[key])));
    }
}

internal sealed record StubRequest(string Operation, string Target, JsonObject Body, string Authorization);

internal sealed record StubReply(int Status, string ContentType, string Body)
{
    public static StubReply Json(JsonObject body) => new(200, "application/x-amz-json-1.1", body.ToJsonString());

    public static StubReply Xml(string body) => new(200, "text/xml", body);

    public static StubReply Error(int status, string code, string message) =>
        new(status, "application/x-amz-json-1.1", new JsonObject { ["__type"] = code, ["message"] = message }.ToJsonString());

    public static StubReply StsError(string code, string message) => new(
        403,
        "text/xml",
        $"""<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error><RequestId>sts-request</RequestId></ErrorResponse>""");

    public static StubReply Denied(string action, string repository = "shop/api", string principal = "arn:aws:sts::222222222222:assumed-role/promoter/session") => Error(
        400,
        "AccessDeniedException",
        $"User: {principal} is not authorized to perform: {action} on resource: arn:aws:ecr:eu-west-1:222222222222:repository/{repository} because no identity-based policy allows the {action} action");
}
