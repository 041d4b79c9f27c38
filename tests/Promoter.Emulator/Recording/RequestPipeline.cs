using Microsoft.AspNetCore.Http.Features;
using Promoter.Emulator.Faults;

namespace Promoter.Emulator.Recording;

/// <summary>What every request goes through, whichever service it is for: recorded, counted, hit by faults.</summary>
internal sealed class RequestPipeline(RequestLog log, FaultScript faults)
{
    private FaultInjection _injection = new(CancellationToken.None);

    /// <summary>What stalls lets go when the host stops.</summary>
    public void StopWith(CancellationToken stopping) => _injection = new FaultInjection(stopping);

    /// <param name="context">The request.</param>
    /// <param name="describe">Fills in what the service knows of the request before it handles it.</param>
    /// <param name="answers">The service's own form of injected failures.</param>
    /// <param name="handle">Handles the request.</param>
    /// <param name="admit">Authenticates; false where it has answered. Refused requests use up no fault.</param>
    public async Task RunAsync(
        HttpContext context, Action<RecordedRequest> describe, IFaultAnswers answers, Func<HttpContext, RecordedRequest, Task> handle,
        Func<HttpContext, RecordedRequest, Task<bool>>? admit = null)
    {
        var record = log.Begin(context, describe);
        var feature = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        context.Request.Body = new CountingStream(context.Request.Body, count => record.BytesReceived += count);
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(new CountingStream(feature.Stream, count => record.BytesSent += count), feature));
        var answered = false;
        try
        {
            if (admit is null || await admit(context, record))
            {
                if (faults.Next(record) is { } effect) await _injection.RunAsync(context, record, effect, answers, c => handle(c, record));
                else await handle(context, record);
            }

            log.Answer(record);
            await context.Response.CompleteAsync();
            answered = true;
        }
        catch (Exception e) when (e is ConnectionCutException or OperationCanceledException or IOException || context.RequestAborted.IsCancellationRequested)
        {
            // The connection is gone, on purpose or by the client's doing: nobody is left to answer.
            if (e is not ConnectionCutException { IsOrderly: true }) context.Abort();
        }
        finally
        {
            log.End(record, answered ? context.Response.StatusCode : 0);
        }
    }
}
