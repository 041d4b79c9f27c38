using System.Net;

namespace Promoter.Registries;

/// <summary>Tells a refused credential from a missing permission. ECR reports an expired token as DENIED (403 or 400), not as a challenge.</summary>
internal static class ExpiredCredential
{
    private const string EcrText = "authorization token has expired";

    public static async Task<bool> IsRefusalAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.StatusCode == HttpStatusCode.Unauthorized) return true;
        if (response.StatusCode is not (HttpStatusCode.Forbidden or HttpStatusCode.BadRequest)) return false;
        return (await response.Content.ReadAsStringAsync(cancellationToken)).Contains(EcrText, StringComparison.OrdinalIgnoreCase);
    }
}
