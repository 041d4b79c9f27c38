using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.Features;

namespace Promoter.Emulator.Iam;

/// <summary>Checks AWS Signature Version 4 by computing it again from the secret key (IAM user guide, "Create a signed AWS API request").</summary>
internal sealed partial class SignatureV4(EmulatedIam iam, TimeProvider clock, string region)
{
    private const string DateFormat = "yyyyMMdd'T'HHmmss'Z'";
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    /// <summary>How far the API's clock is ahead of this machine's.</summary>
    public TimeSpan ClockSkew { get; set; }

    /// <summary>The API's own time; session credentials expire by the emulator's clock instead.</summary>
    public DateTimeOffset Now => TimeProvider.System.GetUtcNow() + ClockSkew;

    /// <param name="service">The service that the credential scope must name.</param>
    /// <param name="anyRegion">STS is one service in all regions here.</param>
    /// <exception cref="AwsErrorException">Not signed, signed wrongly, too old, or by a key that does not exist or has expired.</exception>
    public Caller Verify(HttpRequest request, ReadOnlySpan<byte> body, string service, bool anyRegion)
    {
        var match = Header().Match(request.Headers.Authorization.ToString());
        if (!match.Success) throw new AwsErrorException("MissingAuthenticationTokenException", "Missing Authentication Token");
        var scope = match.Groups["scope"].Value.Split('/');
        if (scope.Length != 5 || scope[4] != "aws4_request") throw Invalid($"Credential should have 5 slash-separated elements, got '{match.Groups["scope"].Value}'");
        var issued = iam.FindKey(scope[0]);
        var token = request.Headers["X-Amz-Security-Token"].ToString();
        if (issued is null || (issued.Key.SessionToken ?? "") != token) throw new AwsErrorException("UnrecognizedClientException", "The security token included in the request is invalid.");
        if (clock.GetUtcNow() >= issued.Key.Expiration) throw new AwsErrorException("ExpiredTokenException", "The security token included in the request is expired");
        if (!anyRegion && scope[2] != region) throw Invalid("Credential should be scoped to a valid region. ");
        if (scope[3] != service) throw Invalid($"Credential should be scoped to correct service: '{service}'. ");

        var date = request.Headers["X-Amz-Date"].ToString();
        CheckDate(date);
        var signedHeaders = match.Groups["headers"].Value;
        var expected = Sign(issued.Key.SecretAccessKey, scope, date, Canonical(request, signedHeaders, body));
        if (!CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(expected), Encoding.ASCII.GetBytes(match.Groups["signature"].Value)))
        {
            throw Invalid(
                "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. " +
                "Consult the service documentation for details.");
        }

        return issued.Caller;
    }

    private static AwsErrorException Invalid(string message) => new("InvalidSignatureException", message);

    private static string Canonical(HttpRequest request, string signedHeaders, ReadOnlySpan<byte> body)
    {
        var target = request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var question = target.IndexOf('?', StringComparison.Ordinal);
        var path = question < 0 ? target : target[..question];
        var query = question < 0 ? "" : string.Join('&', target[(question + 1)..].Split('&').Select(p => p.Contains('=', StringComparison.Ordinal) ? p : p + "=").Order(StringComparer.Ordinal));
        var text = new StringBuilder().Append(request.Method).Append('\n').Append(path).Append('\n').Append(query).Append('\n');
        foreach (var name in signedHeaders.Split(';'))
        {
            var values = request.Headers[name].Select(v => Spaces().Replace((v ?? "").Trim(), " "));
            text.Append(name).Append(':').AppendJoin(',', values).Append('\n');
        }

        return text.Append('\n').Append(signedHeaders).Append('\n').Append(Convert.ToHexStringLower(SHA256.HashData(body))).ToString();
    }

    private static string Sign(string secret, string[] scope, string date, string canonical)
    {
        var text = $"AWS4-HMAC-SHA256\n{date}\n{string.Join('/', scope[1..])}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var key = Encoding.UTF8.GetBytes("AWS4" + secret);
        foreach (var part in scope[1..]) key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        return Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));
    }

    private void CheckDate(string date)
    {
        if (!DateTimeOffset.TryParseExact(date, DateFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var signed))
        {
            throw new AwsErrorException("IncompleteSignatureException", "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
        }

        var now = Now;
        if (signed < now - Tolerance) throw Invalid($"Signature expired: {date} is now earlier than {Format(now - Tolerance)} ({Format(now)} - 5 min.)");
        if (signed > now + Tolerance) throw Invalid($"Signature not yet current: {date} is still later than {Format(now + Tolerance)} ({Format(now)} + 5 min.)");
    }

    private static string Format(DateTimeOffset time) => time.UtcDateTime.ToString(DateFormat, CultureInfo.InvariantCulture);

    [GeneratedRegex("^AWS4-HMAC-SHA256 Credential=(?<scope>[^,]+), ?SignedHeaders=(?<headers>[^,]+), ?Signature=(?<signature>[0-9a-f]{64})$")]
    private static partial Regex Header();

    [GeneratedRegex(" +")]
    private static partial Regex Spaces();
}
