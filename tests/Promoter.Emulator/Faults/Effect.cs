namespace Promoter.Emulator.Faults;

/// <summary>What goes wrong with a request that a fault matches.</summary>
public sealed record Effect
{
    private Effect(EffectKind kind) => Kind = kind;

    /// <summary>The answer says that the token has expired, in the words of the emulated registry (ECR: 403 DENIED; Bearer: 401).</summary>
    public static Effect ExpiredToken { get; } = new(EffectKind.ExpiredToken);

    /// <summary>On a blob GET: the redirect carries a presigned URL that has already expired; on a layer GET: the layer host says so.</summary>
    public static Effect ExpiredUrl { get; } = new(EffectKind.ExpiredUrl);

    /// <summary>The request takes effect, and the connection is reset before the answer.</summary>
    public static Effect AnswerLost { get; } = new(EffectKind.AnswerLost);

    /// <summary>On a manifest PUT: layers that no manifest refers to yet have been cleaned up just before.</summary>
    public static Effect LayersVanish { get; } = new(EffectKind.LayersVanish);

    internal EffectKind Kind { get; }

    internal BodyPosition Position { get; private init; }

    internal int StatusCode { get; private init; }

    internal string? Code { get; private init; }

    internal string? Message { get; private init; }

    internal string? RetryAfter { get; private init; }

    internal long Delta { get; private init; }

    internal Task? Until { get; private init; }

    /// <summary>The connection is reset (RST), at the start or when so much of the body has passed.</summary>
    public static Effect Reset(BodyPosition at = default) => new(EffectKind.Reset) { Position = at };

    /// <summary>The body ends early: the connection is closed in an orderly way although more bytes were announced.</summary>
    public static Effect Truncate(BodyPosition at = default) => new(EffectKind.Truncate) { Position = at };

    /// <summary>Nothing moves any more, until the client gives up or the emulator stops.</summary>
    public static Effect Stall(BodyPosition at = default) => new(EffectKind.Stall) { Position = at };

    /// <summary>The request waits before it is handled, and then goes on as if nothing had happened.</summary>
    public static Effect Hold(Task until) => new(EffectKind.Hold) { Until = until };

    /// <summary>Another status in place of the answer, with an error body in the emulated service's own form.</summary>
    /// <param name="status">The HTTP status; on the JSON API 429 becomes ThrottlingException with status 400, as AWS has it.</param>
    /// <param name="code">Error code; null chooses the usual one for the status.</param>
    /// <param name="message">Error message; null chooses the usual one.</param>
    public static Effect Status(int status, string? code = null, string? message = null) =>
        new(EffectKind.Status) { StatusCode = status, Code = code, Message = message };

    /// <summary>Another status with <c>Retry-After</c> in seconds.</summary>
    public static Effect Status(int status, TimeSpan retryAfter) =>
        new(EffectKind.Status) { StatusCode = status, RetryAfter = ((long)retryAfter.TotalSeconds).ToString() };

    /// <summary>Another status with <c>Retry-After</c> as a date.</summary>
    public static Effect Status(int status, DateTimeOffset retryAfter) =>
        new(EffectKind.Status) { StatusCode = status, RetryAfter = retryAfter.ToUniversalTime().ToString("r") };

    /// <summary>One bit of the body is flipped on its way.</summary>
    public static Effect WrongBytes(BodyPosition at = default) => new(EffectKind.WrongBytes) { Position = at };

    /// <summary>The response's body and Content-Length are longer or shorter than they should be; of a request's body the last byte is lost.</summary>
    public static Effect WrongLength(long delta = -1) => new(EffectKind.WrongLength) { Delta = delta };

    /// <summary>An HTML page instead of the answer, as proxies and login pages give.</summary>
    public static Effect Html(int status = 200) => new(EffectKind.Html) { StatusCode = status };

    public override string ToString() => Kind switch
    {
        EffectKind.Reset or EffectKind.Truncate or EffectKind.Stall or EffectKind.WrongBytes => $"{Kind} at {Position}",
        EffectKind.Status => $"{StatusCode}{(RetryAfter is null ? "" : $" + Retry-After {RetryAfter}")}",
        EffectKind.Html => $"HTML with {StatusCode}",
        EffectKind.WrongLength => $"WrongLength {Delta:+0;-0}",
        _ => Kind.ToString(),
    };
}

internal enum EffectKind
{
    Reset,
    Truncate,
    Stall,
    Hold,
    Status,
    WrongBytes,
    WrongLength,
    Html,
    ExpiredToken,
    ExpiredUrl,
    AnswerLost,
    LayersVanish,
}
