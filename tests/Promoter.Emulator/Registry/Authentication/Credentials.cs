using System.Text;

namespace Promoter.Emulator.Registry.Authentication;

/// <summary>User name and password of an <c>Authorization: Basic</c> header (RFC 7617).</summary>
internal readonly record struct Credentials(string User, string Password)
{
    public static Credentials? Of(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase)) return null;
        try
        {
            var text = Encoding.UTF8.GetString(Convert.FromBase64String(header["Basic ".Length..].Trim()));
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            return colon < 0 ? null : new Credentials(text[..colon], text[(colon + 1)..]);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
