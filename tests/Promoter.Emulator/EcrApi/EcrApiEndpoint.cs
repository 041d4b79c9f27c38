using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Promoter.Emulator.Faults;
using Promoter.Emulator.Iam;
using Promoter.Emulator.Recording;
using Promoter.Emulator.Registry;

namespace Promoter.Emulator.EcrApi;

/// <summary>ECR's JSON API: AWS JSON 1.1, signed, for both accounts; the account is the signer's unless <c>registryId</c> names another.</summary>
internal sealed class EcrApiEndpoint(AwsState state, SignatureV4 signatures, RequestPipeline pipeline, EcrOperations operations) : IFaultAnswers
{
    public const string TargetPrefix = "AmazonEC2ContainerRegistry_V20150921.";
    private const string ContentType = "application/x-amz-json-1.1";

    public async Task HandleAsync(HttpContext context, string operation)
    {
        EcrCall? call = null;
        await pipeline.RunAsync(
            context,
            record =>
            {
                record.Action = EmulatedAction.EcrApi;
                record.Operation = operation;
            },
            this,
            (c, _) => AnswerAsync(c, () => c.WriteBytesAsync(ContentType, Encoding.UTF8.GetBytes(Perform(operation, call!).ToJsonString(WireJson.Options)))),
            async (c, record) =>
            {
                await AnswerAsync(c, async () => call = await AdmitAsync(c, record));
                return call is not null;
            });
    }

    public Task WriteStatusAsync(HttpContext context, int status, string? code, string? message) => status switch
    {
        429 => WriteErrorAsync(context, new AwsErrorException(code ?? "ThrottlingException", message ?? "Rate exceeded")),
        >= 500 => WriteErrorAsync(context, new AwsErrorException(code ?? "ServerException", message ?? "Service unavailable. Please try again.", status)),
        _ => WriteErrorAsync(context, new AwsErrorException(code ?? "InvalidParameterException", message ?? "The request was refused.", status)),
    };

    public Task WriteExpiredTokenAsync(HttpContext context) =>
        WriteErrorAsync(context, new AwsErrorException("ExpiredTokenException", "The security token included in the request is expired"));

    private static async Task AnswerAsync(HttpContext context, Func<Task> handle)
    {
        try
        {
            await handle();
        }
        catch (AwsErrorException e)
        {
            await WriteErrorAsync(context, e);
        }
        catch (RegistryErrorException e)
        {
            await WriteErrorAsync(context, new AwsErrorException(e.AwsCode, e.Message));
        }
    }

    private static Task WriteErrorAsync(HttpContext context, AwsErrorException e)
    {
        var body = (JsonObject)e.Details.DeepClone();
        body["__type"] = e.Code;
        // The one exception whose member AWS spells with a capital.
        body[e.Code == "AccessDeniedException" ? "Message" : "message"] = e.Message;
        context.Response.StatusCode = e.Status;
        context.Response.Headers["x-amzn-ErrorType"] = e.Code;
        return context.WriteBytesAsync(ContentType, Encoding.UTF8.GetBytes(body.ToJsonString(WireJson.Options)));
    }

    private async Task<EcrCall> AdmitAsync(HttpContext context, RecordedRequest record)
    {
        context.Response.Headers["x-amzn-RequestId"] = Guid.NewGuid().ToString();
        context.Response.Headers.Date = signatures.Now.ToString("r");
        var buffer = new MemoryStream();
        await context.Request.Body.CopyToAsync(buffer, context.RequestAborted);
        var caller = signatures.Verify(context.Request, buffer.GetBuffer().AsSpan(0, (int)buffer.Length), "ecr", anyRegion: false);
        record.Principal = caller.Arn;
        var body = Parse(buffer.ToArray());
        record.Account = (string?)body["registryId"] ?? caller.AccountId;
        record.Repository = (string?)body["repositoryName"] ?? "";
        record.Reference = (string?)body["imageTag"] ?? (string?)body["imageDigest"] ?? (string?)body["layerDigest"] ?? "";
        if (!operations.TryFind(record.Operation, out var operation)) throw new AwsErrorException("UnknownOperationException", $"Unknown operation {record.Operation}");
        foreach (var repository in operation.Resources(body)) state.Authorize(caller, record.Account, record.Operation, repository);
        if (!state.Quotas.TryTake(record.Account, record.Operation)) throw new AwsErrorException("ThrottlingException", "Rate exceeded");
        if (!state.Stores.TryGetValue(record.Account, out var store)) throw new AwsErrorException("AccessDeniedException", $"no access to registry '{record.Account}'");
        return new EcrCall(state, caller, store, body);
    }

    private JsonObject Perform(string operation, EcrCall call)
    {
        operations.TryFind(operation, out var found);
        return found!.Perform(call);
    }

    private static JsonObject Parse(byte[] body)
    {
        try
        {
            return body.Length == 0 ? [] : JsonNode.Parse(body) as JsonObject ?? throw new JsonException("not an object");
        }
        catch (JsonException e)
        {
            throw new AwsErrorException("SerializationException", e.Message);
        }
    }
}
