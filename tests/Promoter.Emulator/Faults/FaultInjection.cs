using Microsoft.AspNetCore.Http.Features;
using Promoter.Emulator.Recording;

namespace Promoter.Emulator.Faults;

/// <summary>Runs a handler under an effect.</summary>
internal sealed class FaultInjection(CancellationToken stopping)
{
    private static readonly object EffectKey = new();

    /// <summary>The effect that the handler itself has to carry out, or null.</summary>
    public static EffectKind? Requested(HttpContext context) => context.Items.TryGetValue(EffectKey, out var kind) ? (EffectKind?)kind : null;

    public async Task RunAsync(HttpContext context, RecordedRequest record, Effect effect, IFaultAnswers answers, RequestDelegate handle)
    {
        record.Fault = effect.ToString();
        switch (effect.Kind)
        {
            case EffectKind.Hold:
                await effect.Until!.WaitAsync(Either(context));
                await handle(context);
                break;
            case EffectKind.Status:
                await DrainAsync(context);
                if (effect.RetryAfter is not null) context.Response.Headers.RetryAfter = effect.RetryAfter;
                await answers.WriteStatusAsync(context, effect.StatusCode, effect.Code, effect.Message);
                break;
            case EffectKind.ExpiredToken:
                await DrainAsync(context);
                await answers.WriteExpiredTokenAsync(context);
                break;
            case EffectKind.Html:
                await DrainAsync(context);
                await WriteHtmlAsync(context, effect.StatusCode);
                break;
            case EffectKind.AnswerLost:
                await HandleSilentlyAsync(context, record, handle);
                throw await ConnectionCut.ResetAsync(context, Either(context));
            case EffectKind.ExpiredUrl or EffectKind.LayersVanish:
                context.Items[EffectKey] = effect.Kind;
                await handle(context);
                break;
            default:
                await HandleWithFaultyBodyAsync(context, record, effect, handle);
                break;
        }
    }

    private static async Task WriteHtmlAsync(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html; charset=utf-8";
        var page = "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in to continue.</body></html>"u8.ToArray();
        context.Response.ContentLength = page.Length;
        if (!HttpMethods.IsHead(context.Request.Method)) await context.Response.Body.WriteAsync(page, context.RequestAborted);
    }

    // A server that answers before it has read the body may reset the connection; that is another fault than the one asked for.
    private static Task DrainAsync(HttpContext context) => context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);

    private static async Task HandleSilentlyAsync(HttpContext context, RecordedRequest record, RequestDelegate handle)
    {
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
        await handle(context);
        record.Fault += $" after {context.Response.StatusCode}";
    }

    private async Task HandleWithFaultyBodyAsync(HttpContext context, RecordedRequest record, Effect effect, RequestDelegate handle)
    {
        var inRequest = record.Action is EmulatedAction.StartUpload or EmulatedAction.WriteChunk or EmulatedAction.FinishUpload or
            EmulatedAction.PutManifest or EmulatedAction.PutTag;
        var length = context.Request.ContentLength;
        var alters = effect.Kind is EffectKind.WrongBytes or EffectKind.WrongLength;
        // A response that is truncated at its start still has its headers: clients silently repeat a request that got no answer at all.
        var atOnce = effect.Position == BodyPosition.Start && (inRequest || effect.Kind != EffectKind.Truncate);
        var hasNoBody = inRequest && length is 0 or null && !context.Request.Headers.ContainsKey("Transfer-Encoding");
        if (!alters && (atOnce || hasNoBody))
        {
            await ActAsync(context, effect);
            return;
        }

        var acted = false;
        async ValueTask ActOnceAsync()
        {
            acted = true;
            await ActAsync(context, effect);
        }

        if (inRequest)
        {
            context.Request.Body = new FaultyRequestBody(context.Request.Body, effect, length, ActOnceAsync);
        }
        else
        {
            long? whole = null;
            var feature = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
            context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(
                new FaultyResponseBody(feature.Stream, effect, () => whole ?? context.Response.ContentLength, ActOnceAsync), feature));
            if (effect.Kind == EffectKind.WrongLength)
            {
                context.Response.OnStarting(() =>
                {
                    whole = context.Response.ContentLength;
                    context.Response.ContentLength += effect.Delta;
                    return Task.CompletedTask;
                });
            }
        }

        await handle(context);
        // Nothing was written: a HEAD, a redirect.
        if (!acted && !alters) await ActAsync(context, effect);
    }

    private async ValueTask ActAsync(HttpContext context, Effect effect)
    {
        switch (effect.Kind)
        {
            case EffectKind.Reset:
                throw await ConnectionCut.ResetAsync(context, Either(context));
            case EffectKind.Truncate:
                throw ConnectionCut.Close(context);
            default:
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, Either(context));
                break;
        }
    }

    // A request body that nobody reads hides the client's disappearance from Kestrel only until the socket says so: RequestAborted covers it.
    private CancellationToken Either(HttpContext context) => CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping).Token;
}
