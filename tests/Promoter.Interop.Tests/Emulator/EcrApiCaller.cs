using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Promoter.Emulator;
using Promoter.Emulator.Iam;

namespace Promoter.Interop.Tests.Emulator;

/// <summary>Calls ECR's JSON API with a signature of its own making: for what would take the AWS CLI seconds each.</summary>
internal sealed class EcrApiCaller(EmulatedAws aws, AccessKey key)
{
    private static readonly HttpClient Client = new(new SocketsHttpHandler { UseProxy = false });

    /// <summary>The answer; an error has <c>__type</c>, and its status under <c>status</c>.</summary>
    public async Task<JsonNode> CallAsync(string operation, JsonObject? parameters = null)
    {
        var body = Encoding.UTF8.GetBytes((parameters ?? []).ToJsonString());
        using var request = new HttpRequestMessage(HttpMethod.Post, aws.ApiEndpoint) { Content = new ByteArrayContent(body) };
        var date = TimeProvider.System.GetUtcNow().UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["host"] = aws.ApiEndpoint.Authority,
            ["x-amz-date"] = date,
            ["x-amz-target"] = $"AmazonEC2ContainerRegistry_V20150921.{operation}",
        };
        if (key.SessionToken is not null) headers["x-amz-security-token"] = key.SessionToken;
        foreach (var (name, value) in headers.Where(h => h.Key != "host")) request.Headers.Add(name, value);
        request.Headers.TryAddWithoutValidation("Authorization", Sign(headers, date, body));
        using var response = await Client.SendAsync(request);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        if (!response.IsSuccessStatusCode) answer["status"] = (int)response.StatusCode;
        return answer;
    }

    private string Sign(SortedDictionary<string, string> headers, string date, byte[] body)
    {
        var names = string.Join(';', headers.Keys);
        var canonical = $"POST\n/\n\n{string.Concat(headers.Select(h => $"{h.Key}:{h.Value}\n"))}\n{names}\n{Convert.ToHexStringLower(SHA256.HashData(body))}";
        string[] scope = [date[..8], aws.Options.Region, "ecr", "aws4_request"];
        var text = $"AWS4-HMAC-SHA256\n{date}\n{string.Join('/', scope)}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var signingKey = scope.Aggregate(Encoding.UTF8.GetBytes("AWS4" + key.SecretAccessKey), (k, part) => HMACSHA256.HashData(k, Encoding.UTF8.GetBytes(part)));
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(signingKey, Encoding.UTF8.GetBytes(text)));
        return $"AWS4-HMAC-SHA256 Credential={key.AccessKeyId}/{string.Join('/', scope)}, SignedHeaders={names}, Signature={signature}";
    }
}
