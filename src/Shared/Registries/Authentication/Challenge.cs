using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Promoter.Registries.Authentication;

/// <summary>A WWW-Authenticate challenge: the scheme and its parameters (RFC 9110, 11.6.1).</summary>
internal sealed record Challenge(string Scheme, IReadOnlyDictionary<string, string> Parameters)
{
    public bool IsBearer => Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase);

    public bool IsBasic => Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase);

    public string? Realm => Parameters.GetValueOrDefault("realm");

    public string? Service => Parameters.GetValueOrDefault("service");

    /// <summary>The challenge that we can answer, bearer before basic; false where there is none.</summary>
    public static bool TryFind(HttpResponseMessage response, [NotNullWhen(true)] out Challenge? challenge)
    {
        var all = response.Headers.WwwAuthenticate.Select(h => new Challenge(h.Scheme, ParametersOf(h.Parameter ?? ""))).ToList();
        challenge = all.Find(c => c.IsBearer) ?? all.Find(c => c.IsBasic);
        return challenge is not null;
    }

    internal static Dictionary<string, string> ParametersOf(string text)
    {
        var parameters = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var i = 0;
        while (i < text.Length)
        {
            var equals = text.IndexOf('=', i);
            if (equals < 0) break;
            var name = text[i..equals].Trim(' ', ',');
            i = equals + 1;
            string value;
            if (i < text.Length && text[i] == '"')
            {
                value = Quoted(text, ref i);
            }
            else
            {
                var end = text.IndexOf(',', i) is >= 0 and var comma ? comma : text.Length;
                value = text[i..end].Trim();
                i = end;
            }

            parameters[name] = value;
            while (i < text.Length && text[i] is ',' or ' ') i++;
        }

        return parameters;
    }

    // quoted-string of RFC 9110, 5.6.4: a backslash takes the next character as it is.
    private static string Quoted(string text, ref int i)
    {
        var value = new StringBuilder();
        i++;
        while (i < text.Length && text[i] != '"')
        {
            if (text[i] == '\\' && i + 1 < text.Length) i++;
            value.Append(text[i++]);
        }

        i++;
        return value.ToString();
    }
}
