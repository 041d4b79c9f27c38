namespace Promoter.Aws.Diagnosis;

/// <summary>Whether this machine's clock agrees with AWS's: a signature (SigV4) that is five minutes off is refused, and tokens seem expired or valid when they are not.</summary>
internal sealed class ClockCheck(AwsRegistry registry, DiagnosisSubject subject, TimeProvider time)
{
    private const string Name = "clock";

    // IAM user guide, "Signature Version 4": requests are good for five minutes.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Noticeable = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    /// <summary>Asks without a signature, so that the answer does not depend on who we are; every answer of a web server carries its time.</summary>
    public async Task<Check> RunAsync(CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = Timeout };
        using var http = new HttpMessageInvoker(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, registry.ApiEndpoint);
        using var timeout = new CancellationTokenSource(Timeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            using var response = await http.SendAsync(request, linked.Token);
            return response.Headers.Date is { } theirs ? Compare(theirs, time.GetUtcNow()) : Of(CheckStatus.Skipped, $"{registry.ApiEndpoint.Authority} does not say its time");
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return Of(CheckStatus.Skipped, $"{registry.ApiEndpoint.Authority} did not answer: {e.GetBaseException().Message}");
        }
    }

    private Check Compare(DateTimeOffset theirs, DateTimeOffset ours)
    {
        var skew = ours - theirs;
        var size = skew.Duration();
        var text = $"this machine's clock is {Describe(size)} {(skew > TimeSpan.Zero ? "ahead of" : "behind")} AWS's ({ours:u} here, {theirs:u} there)";
        return size >= Limit
            ? Of(CheckStatus.Fail, $"{text}: signatures that are five minutes off are refused") with { Remedy = "synchronise the clock of the node (chrony, systemd-timesyncd; on EC2 with 169.254.169.123)" }
            : size >= Noticeable
                ? Of(CheckStatus.Warn, $"{text}: at five minutes signatures are refused") with { Remedy = "synchronise the clock of the node" }
                : Of(CheckStatus.Ok, "agrees with AWS's");
    }

    private static string Describe(TimeSpan size) => size < TimeSpan.FromHours(2) ? $"{size.TotalMinutes:0} min" : $"{size.TotalHours:0} h";

    private Check Of(CheckStatus status, string detail) => new(Name, subject.Side, subject.Host, status, detail);
}
