using System.Text;
using System.Text.Json;

namespace Promoter.Registries;

/// <summary>The error body of the distribution spec (<c>{"errors":[{"code","message","detail"}]}</c>), or what came in its place.</summary>
internal sealed record ErrorBody(IReadOnlyList<string> Codes, string Text, bool IsHtml)
{
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

            return new ErrorBody(codes, Clip(string.Join("; ", messages)), IsHtml: false);
        }
        catch (JsonException)
        {
            return new ErrorBody([], Clip(text), IsHtml: false);
        }
    }

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
}
