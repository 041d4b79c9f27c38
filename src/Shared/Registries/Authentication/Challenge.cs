using System.Diagnostics.CodeAnalysis;

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
                var end = i + 1;
                while (end < text.Length && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
                value = text[(i + 1)..Math.Min(end, text.Length)].Replace("\\\"", "\"", StringComparison.Ordinal);
                i = end + 1;
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
}
