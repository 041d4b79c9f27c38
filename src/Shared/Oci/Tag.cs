using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Promoter.Oci;

/// <summary>A tag: <c>[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}</c> (OCI distribution-spec, "Pulling manifests").</summary>
public readonly record struct Tag
{
    public const int MaxLength = 128;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");

    private readonly string? _text;

    private Tag(string text) => _text = text;

    /// <exception cref="FormatException">The text is not a tag; the message says what is wrong with it.</exception>
    public static Tag Parse(string text) => TryParse(text, out var tag, out var problem) ? tag : throw new FormatException(problem);

    public static bool TryParse([NotNullWhen(true)] string? text, out Tag tag) => TryParse(text, out tag, out _);

    public static bool TryParse([NotNullWhen(true)] string? text, out Tag tag, [NotNullWhen(false)] out string? problem)
    {
        tag = default;
        problem = text switch
        {
            null or "" => "the tag is empty",
            { Length: > MaxLength } => $"the tag has {text.Length} characters: at most {MaxLength} are allowed",
            _ when text[0] is '.' or '-' => $"the tag '{text}' starts with '{text[0]}': it must start with a letter, a digit or '_'",
            _ when text.AsSpan().ContainsAnyExcept(Allowed) => $"the tag '{text}' has a character other than letters, digits, '_', '.' and '-'",
            _ => null,
        };
        if (problem is not null) return false;
        tag = new Tag(text!);
        return true;
    }

    /// <summary>The tag under which registries without the referrers API, and cosign, keep what refers to <paramref name="subject"/>.</summary>
    /// <param name="subject">The digest that is referred to.</param>
    /// <param name="suffix">Empty for the OCI fallback tag; <c>.sig</c>, <c>.att</c> or <c>.sbom</c> for cosign's.</param>
    public static Tag ForSubject(Digest subject, string suffix = "")
    {
        // distribution-spec, "Referrers tag schema": both parts are truncated (32 and 64 characters) before they are joined.
        var hex = subject.Hex;
        return new Tag($"{subject.Algorithm.Name}-{(hex.Length > 64 ? hex[..64] : hex)}{suffix}");
    }

    public bool Equals(Tag other) => string.Equals(_text, other._text, StringComparison.Ordinal);

    public override int GetHashCode() => _text is null ? 0 : string.GetHashCode(_text, StringComparison.Ordinal);

    public override string ToString() => _text ?? "";
}
