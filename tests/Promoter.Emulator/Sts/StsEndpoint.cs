using System.Security;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using Promoter.Emulator.Faults;
using Promoter.Emulator.Iam;
using Promoter.Emulator.Recording;
using Promoter.Emulator.Registry;

namespace Promoter.Emulator.Sts;

/// <summary>STS: AWS query protocol, XML answers.</summary>
internal sealed class StsEndpoint(AwsState state, SignatureV4 signatures, RequestPipeline pipeline) : IFaultAnswers
{
    private const string Namespace = "https://sts.amazonaws.com/doc/2011-06-15/";
    private readonly StsOperations _operations = new(state);

    public async Task HandleAsync(HttpContext context)
    {
        StsCall? call = null;
        await pipeline.RunAsync(
            context,
            record => record.Action = EmulatedAction.Sts,
            this,
            (c, _) => AnswerAsync(c, () => WriteAsync(c, call!.Operation, _operations.Perform(call))),
            async (c, record) =>
            {
                await AnswerAsync(c, async () => call = await AdmitAsync(c, record));
                return call is not null;
            });
    }

    public Task WriteStatusAsync(HttpContext context, int status, string? code, string? message) => WriteErrorAsync(context, new AwsErrorException(
        code ?? (status == 429 ? "Throttling" : status >= 500 ? "ServiceUnavailable" : "ValidationError"),
        message ?? (status == 429 ? "Rate exceeded" : "The request was refused."),
        status == 429 ? 400 : status));

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
    }

    private static Task WriteAsync(HttpContext context, string operation, string result) => context.WriteBytesAsync("text/xml", Encoding.UTF8.GetBytes(
        $"<{operation}Response xmlns=\"{Namespace}\"><{operation}Result>{result}</{operation}Result><ResponseMetadata><RequestId>{RequestId(context)}</RequestId></ResponseMetadata></{operation}Response>"));

    private static Task WriteErrorAsync(HttpContext context, AwsErrorException e)
    {
        // The query protocol has its own names for what the JSON protocol calls ...Exception.
        var (code, status) = e.Code switch
        {
            "MissingAuthenticationTokenException" => ("MissingAuthenticationToken", 403),
            "UnrecognizedClientException" => ("InvalidClientTokenId", 403),
            "InvalidSignatureException" => ("SignatureDoesNotMatch", 403),
            "IncompleteSignatureException" => ("IncompleteSignature", 400),
            "ExpiredTokenException" when context.Request.Headers.Authorization.Count > 0 => ("ExpiredToken", 403),
            "AccessDeniedException" => ("AccessDenied", 403),
            _ => (e.Code, e.Status),
        };
        context.Response.StatusCode = status;
        return context.WriteBytesAsync("text/xml", Encoding.UTF8.GetBytes(
            $"<ErrorResponse xmlns=\"{Namespace}\"><Error><Type>{(status >= 500 ? "Receiver" : "Sender")}</Type><Code>{code}</Code>" +
            $"<Message>{SecurityElement.Escape(e.Message)}</Message></Error><RequestId>{RequestId(context)}</RequestId></ErrorResponse>"));
    }

    private static string RequestId(HttpContext context)
    {
        var id = context.Response.Headers["x-amzn-RequestId"].ToString();
        if (id.Length == 0) context.Response.Headers["x-amzn-RequestId"] = id = Guid.NewGuid().ToString();
        return id;
    }

    private async Task<StsCall> AdmitAsync(HttpContext context, RecordedRequest record)
    {
        context.Response.Headers.Date = signatures.Now.ToString("r");
        var buffer = new MemoryStream();
        await context.Request.Body.CopyToAsync(buffer, context.RequestAborted);
        Dictionary<string, StringValues> form = QueryHelpers.ParseQuery(Encoding.UTF8.GetString(buffer.ToArray()));
        record.Operation = form.GetValueOrDefault("Action").ToString();
        // A web identity token is its own proof; everything else is signed.
        var caller = record.Operation == "AssumeRoleWithWebIdentity" ? null : signatures.Verify(context.Request, buffer.ToArray(), "sts", anyRegion: true);
        record.Principal = caller?.Arn;
        record.Account = caller?.AccountId ?? "";
        record.Reference = form.GetValueOrDefault("RoleArn").ToString();
        return new StsCall(record.Operation, caller, form);
    }
}
