namespace Promoter.Registries;

/// <summary>Takes in what a registry says about a failure, once, so that everything that reads it afterwards can neither hang nor break.</summary>
internal static class BufferedError
{
    private const int MaxBytes = 64 * 1024;

    public static async Task TakeInAsync(HttpResponseMessage response, RegistryClientOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        byte[] body;
        using var timeout = new CancellationTokenSource(options.ResponseTimeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            body = await BoundedBody.ReadAsync(response, MaxBytes, linked.Token);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is IOException or HttpRequestException or OperationCanceledException)
        {
            // The status alone still says what happened.
            body = [];
        }

        var buffered = new ByteArrayContent(body);
        buffered.Headers.ContentType = response.Content.Headers.ContentType;
        response.Content.Dispose();
        response.Content = buffered;
    }
}
