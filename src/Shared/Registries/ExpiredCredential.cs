using System.Net;
using System.Text;

namespace Promoter.Registries;

/// <summary>Tells a refused credential from a missing permission. ECR reports an expired token as DENIED (403 or 400), not as a challenge.</summary>
internal static class ExpiredCredential
{
    private const string EcrText = "authorization token has expired";
    private const int MaxBody = 64 * 1024;

    public static async Task<bool> IsRefusalAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.StatusCode == HttpStatusCode.Unauthorized) return true;
        if (response.StatusCode is not (HttpStatusCode.Forbidden or HttpStatusCode.BadRequest) || response.RequestMessage?.Method == HttpMethod.Head) return false;

        // Buffered, so that the error mapping can read the body again.
        var body = await BoundedBody.ReadAsync(response, MaxBody, cancellationToken);
        var replacement = new ByteArrayContent(body);
        replacement.Headers.ContentType = response.Content.Headers.ContentType;
        response.Content.Dispose();
        response.Content = replacement;
        return Encoding.UTF8.GetString(body).Contains(EcrText, StringComparison.OrdinalIgnoreCase);
    }
}
