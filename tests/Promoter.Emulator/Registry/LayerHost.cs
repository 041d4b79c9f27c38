using System.Globalization;
using System.Security;
using System.Security.Cryptography;
using System.Text;
using Promoter.Emulator.Faults;
using Promoter.Emulator.Recording;

namespace Promoter.Emulator.Registry;

/// <summary>
/// The bucket behind ECR: presigned GETs only, HTTP/1.1 only. An Authorization header beside the signature in the query is refused, as S3 does.
/// </summary>
internal sealed class LayerHost(TimeProvider clock, RequestPipeline pipeline) : IFaultAnswers
{
    private const string DateFormat = "yyyyMMdd'T'HHmmss'Z'";
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly Dictionary<string, RegistryStore> _stores = new(StringComparer.Ordinal);

    /// <summary>Set once the port is known.</summary>
    public Uri Endpoint { get; set; } = new("http://127.0.0.1/");

    public void Serve(RegistryStore store) => _stores.Add(store.Account, store);

    public string Presign(RegistryStore store, string digest, TimeSpan lifetime)
    {
        var now = clock.GetUtcNow();
        var seconds = (long)lifetime.TotalSeconds;
        // S3 has no negative lifetimes: a URL that is to be expired was issued earlier.
        var (date, expires) = seconds >= 0 ? (now, seconds) : (now.AddHours(-1), 600);
        var path = $"/prod-starport-layer-bucket/{store.Account}/{digest}";
        var query = $"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date={date.UtcDateTime.ToString(DateFormat, CultureInfo.InvariantCulture)}&X-Amz-Expires={expires}&X-Amz-SignedHeaders=host";
        return $"{Endpoint.GetLeftPart(UriPartial.Authority)}{path}?{query}&X-Amz-Signature={Sign(path, query)}";
    }

    public Task HandleAsync(HttpContext context) => pipeline.RunAsync(
        context,
        record =>
        {
            var segments = (context.Request.Path.Value ?? "").Split('/');
            record.Action = EmulatedAction.GetLayer;
            record.Account = segments.Length > 2 ? segments[2] : "";
            record.Reference = segments[^1];
        },
        this,
        ServeAsync);

    public Task WriteStatusAsync(HttpContext context, int status, string? code, string? message) => WriteErrorAsync(
        context,
        status,
        code ?? (status == 503 ? "SlowDown" : status == 403 ? "AccessDenied" : "InternalError"),
        message ?? (status == 503 ? "Please reduce your request rate." : "We encountered an internal error. Please try again."));

    public Task WriteExpiredTokenAsync(HttpContext context) => WriteErrorAsync(context, 403, "AccessDenied", "Request has expired");

    private static Task WriteErrorAsync(HttpContext context, int status, string code, string message)
    {
        context.Response.StatusCode = status;
        var body = $"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{SecurityElement.Escape(message)}</Message></Error>";
        return context.WriteBytesAsync("application/xml", Encoding.UTF8.GetBytes(body));
    }

    private async Task ServeAsync(HttpContext context, RecordedRequest record)
    {
        var query = context.Request.Query;
        if (record.HasAuthorization)
        {
            await WriteErrorAsync(
                context,
                400,
                "InvalidArgument",
                "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified");
            return;
        }

        var signed = (context.Request.QueryString.Value ?? "?").TrimStart('?');
        var end = signed.IndexOf("&X-Amz-Signature=", StringComparison.Ordinal);
        if (end < 0 || Sign(context.Request.Path.Value!, signed[..end]) != query["X-Amz-Signature"])
        {
            await WriteErrorAsync(context, 403, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided.");
            return;
        }

        var issued = DateTimeOffset.ParseExact(query["X-Amz-Date"]!, DateFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        if (FaultInjection.Requested(context) == EffectKind.ExpiredUrl || clock.GetUtcNow() > issued.AddSeconds(long.Parse(query["X-Amz-Expires"]!, CultureInfo.InvariantCulture)))
        {
            await WriteErrorAsync(context, 403, "AccessDenied", "Request has expired");
            return;
        }

        var store = _stores[record.Account];
        var blob = store.Access(all => all.Values.Select(r => r.Blobs.GetValueOrDefault(record.Reference)).FirstOrDefault(b => b is not null));
        if (blob is null) await WriteErrorAsync(context, 404, "NoSuchKey", "The specified key does not exist.");
        else await BlobResponse.WriteAsync(context, blob, store.Behaviour.HonoursRange);
    }

    private string Sign(string path, string query) => Convert.ToHexStringLower(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(path + "?" + query)));
}
