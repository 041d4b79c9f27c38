using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Promoter.Oci;

namespace Promoter.Registries;

/// <summary>The error body of the distribution spec (<c>{"errors":[{"code","message","detail"}]}</c>), or what came in its place.</summary>
internal sealed partial record ErrorBody(IReadOnlyList<string> Codes, string Text, bool IsHtml)
{
    /// <summary>ECR's sentence for a manifest whose layers or children are missing; it names all of them.</summary>
    public const string RequiredForPush = "required for pushing image";

    private const int MaxBytes = 64 * 1024;
    private const int MaxText = 600;

    public static async Task<ErrorBody> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        byte[] body;
        try
        {
            body = await BoundedBody.ReadAsync(response, MaxBytes, cancellationToken);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            // The status alone still says what happened.
            body = [];
        }

        return Parse(body);
    }

    /// <summary>The digests that ECR says are missing; empty for other errors and other registries, which name the first one at most.</summary>
    public IReadOnlyList<Digest> MissingDigests { get; private init; } = [];

    public bool Has(string code) => Codes.Contains(code, StringComparer.OrdinalIgnoreCase);

    public bool Mentions(string text) => Text.Contains(text, StringComparison.OrdinalIgnoreCase);

    internal static ErrorBody Parse(byte[] body)
    {
        var text = Encoding.UTF8.GetString(body).Trim();
        if (text.StartsWith('<')) return new ErrorBody([], "", IsHtml: true);
        if (!text.StartsWith('{')) return new ErrorBody([], Clip(text), IsHtml: false);
        try
        {
            using var document = JsonDocument.Parse(body);
            if (!document.RootElement.TryGetProperty("errors", out var errors) || errors.ValueKind != JsonValueKind.Array) return new ErrorBody([], Clip(text), IsHtml: false);
            var codes = new List<string>();
            var messages = new List<string>();
            foreach (var error in errors.EnumerateArray().Where(e => e.ValueKind == JsonValueKind.Object))
            {
                var code = Member(error, "code");
                if (code is not null) codes.Add(code);
                messages.Add($"{code ?? "error"} {Member(error, "message")}".Trim());
            }

            var all = string.Join("; ", messages);
            return new ErrorBody(codes, Clip(all), IsHtml: false) { MissingDigests = all.Contains(RequiredForPush, StringComparison.Ordinal) ? DigestsIn(all) : [] };
        }
        catch (JsonException)
        {
            return new ErrorBody([], Clip(text), IsHtml: false);
        }
    }

    private static IReadOnlyList<Digest> DigestsIn(string text) =>
        [.. DigestText.Matches(text).Select(match => Digest.TryParse(match.Value, out var digest) ? digest : (Digest?)null).OfType<Digest>().Distinct()];

    private static string? Member(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    // Control characters would let a registry forge log lines.
    private static string Clip(string text)
    {
        var clean = string.Create(Math.Min(text.Length, MaxText), text, static (span, t) =>
        {
            for (var i = 0; i < span.Length; i++) span[i] = char.IsControl(t[i]) ? ' ' : t[i];
        });
        return text.Length > MaxText ? clean + "…" : clean;
    }

    [GeneratedRegex("sha(256|512):[0-9a-f]+", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex DigestText { get; }
}
