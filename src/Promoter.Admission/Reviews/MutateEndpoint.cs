using Microsoft.AspNetCore.WebUtilities;
using Promoter.Admission.Decisions;
using Promoter.Admission.Telemetry;

namespace Promoter.Admission.Reviews;

/// <summary><c>POST /mutate</c>: one AdmissionReview in, one out. What cannot be answered gets a 4xx, which the API server counts as a failed call.</summary>
internal sealed partial class MutateEndpoint(PodAdmission admission, AdmissionMeters meters, TimeProvider time, ILogger<MutateEndpoint> logger)
{
    public const string Path = "/mutate";

    public async Task AnswerAsync(HttpContext http)
    {
        var started = time.GetTimestamp();
        var outcome = await ReadAndAnswerAsync(http);
        meters.Reviewed(outcome, time.GetElapsedTime(started));
    }

    private async Task<string> ReadAndAnswerAsync(HttpContext http)
    {
        if (!http.Request.HasJsonContentType()) return await RefuseAsync(http, StatusCodes.Status415UnsupportedMediaType, "send application/json");
        using var body = await ReviewBody.ReadAsync(http.Request, http.RequestAborted);
        if (body is null) return await RefuseAsync(http, StatusCodes.Status413PayloadTooLarge, $"the body exceeds {ReviewBody.Limit} bytes");
        if (!AdmissionReview.TryRead(body.Memory, out var review, out var problem)) return await RefuseAsync(http, StatusCodes.Status400BadRequest, problem);

        using (review)
        {
            using var span = AdmissionTraces.Review(review.Request, http.Request.Headers);
            var answer = await DecideAsync(http, review.Request);
            span.Answered(answer);
            http.Response.ContentType = "application/json";
            AnswerWriter.Write(http.Response.BodyWriter, review.Request.Uid, answer);
            return answer.Refusal is null ? answer.Patch.IsEmpty ? "allowed" : "patched" : "denied";
        }
    }

    private async Task<AdmissionAnswer> DecideAsync(HttpContext http, AdmissionRequest request)
    {
        try
        {
            return await admission.ReviewAsync(request, TimeoutOf(http.Request.QueryString), http.RequestAborted);
        }
        catch (Exception e) when (!http.RequestAborted.IsCancellationRequested)
        {
            // The edge: a fault of ours must not keep pods from being created. It is said, logged and counted.
            LogBroken(logger, e, request.Namespace);
            meters.Broke();
            return new AdmissionAnswer { Warnings = ["promoter: an internal error; the pod's images were not checked"] };
        }
    }

    private static TimeSpan TimeoutOf(QueryString query)
    {
        foreach (var parameter in new QueryStringEnumerable(query.Value))
        {
            if (parameter.EncodedName.Span is "timeout") return TimeBudget.Parse(parameter.DecodeValue().Span);
        }

        return TimeBudget.Default;
    }

    private static async Task<string> RefuseAsync(HttpContext http, int status, string problem)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/plain; charset=utf-8";
        await http.Response.WriteAsync($"no AdmissionReview: {problem}\n", http.RequestAborted);
        return "malformed";
    }

    [LoggerMessage(5001, LogLevel.Error, "A review for namespace {Namespace} could not be decided; the pod passed unchanged")]
    private static partial void LogBroken(ILogger logger, Exception e, string @namespace);
}
