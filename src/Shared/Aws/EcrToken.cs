using System.Text;
using Promoter.Aws.Ecr.Model;

namespace Promoter.Aws;

/// <summary>A registry password as AWS issued it.</summary>
internal sealed record EcrToken(string UserName, string Password, DateTimeOffset ExpiresAt)
{
    /// <exception cref="FormatException">The answer holds no token of the form base64(user:password).</exception>
    public static EcrToken Read(AuthorizationData? data)
    {
        if (data?.AuthorizationToken is not { Length: > 0 } encoded || data.ExpiresAt is not { } expiresAt) throw new FormatException("the answer of GetAuthorizationToken holds no token");
        var text = Encoding.UTF8.GetString(Convert.FromBase64String(encoded));
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 ? new EcrToken(text[..colon], text[(colon + 1)..], expiresAt) : throw new FormatException("the token of GetAuthorizationToken is not user:password");
    }
}
