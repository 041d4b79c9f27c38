using System.Text.Json.Nodes;

namespace Promoter.Emulator.Registry;

/// <summary>An error answer of the distribution spec ("Error Codes").</summary>
public sealed class RegistryErrorException(int status, string code, string message, JsonNode? detail = null) : Exception(message)
{
    public int Status { get; } = status;

    public string Code { get; } = code;

    /// <summary>The exception by which ECR's JSON API reports the same.</summary>
    internal string AwsCode { get; init; } = "InvalidParameterException";

    public JsonNode? Detail { get; } = detail;

    internal static Task WriteAsync(HttpContext context, int status, string code, string message, JsonNode? detail = null)
    {
        context.Response.StatusCode = status;
        if (HttpMethods.IsHead(context.Request.Method)) return Task.CompletedTask;
        var error = new JsonObject { ["code"] = code, ["message"] = message };
        if (detail is not null) error["detail"] = detail.DeepClone();
        var body = new JsonObject { ["errors"] = new JsonArray(error) };
        return context.WriteBytesAsync("application/json; charset=utf-8", System.Text.Encoding.UTF8.GetBytes(body.ToJsonString(WireJson.Options)));
    }
}
