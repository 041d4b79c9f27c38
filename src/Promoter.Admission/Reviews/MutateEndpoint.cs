using Promoter.Admission.Decisions;
using Promoter.Admission.Telemetry;

namespace Promoter.Admission.Reviews;

/// <summary><c>POST /mutate</c>: one AdmissionReview in, one out. What cannot be answered gets a 4xx, which the API server counts as a failed call.</summary>
internal static partial class MutateEndpoint
{
    public const string Path = "/mutate";

    public static void MapMutate(this IEndpointRouteBuilder endpoints) => endpoints.MapPost(Path, HandleAsync);

    private static async Task HandleAsync(HttpContext http)
    {
        var services = http.RequestServices;
        var meters = services.GetRequiredService<AdmissionMeters>();
        var time = services.GetRequiredService<TimeProvider>();
        var started = time.GetTimestamp();
        var outcome = await AnswerAsync(http, services);
        meters.Reviewed(outcome, time.GetElapsedTime(started));
    }

    private static async Task<string> AnswerAsync(HttpContext http, IServiceProvider services)
    {
        if (!http.Request.HasJsonContentType()) return await RefuseAsync(http, StatusCodes.Status415UnsupportedMediaType, "send application/json");
        using var body = await ReviewBody.ReadAsync(http.Request, http.RequestAborted);
        if (body is null) return await RefuseAsync(http, StatusCodes.Status413PayloadTooLarge, $"the body exceeds {ReviewBody.Limit} bytes");
        if (!AdmissionReview.TryRead(body.Memory, out var review, out var problem)) return await RefuseAsync(http, StatusCodes.Status400BadRequest, problem);

        using (review)
        {
            using var span = AdmissionTraces.Review(review.Request, http.Request.Headers);
            var answer = await DecideAsync(http, services, review.Request);
            span.Answered(answer);
            http.Response.ContentType = "application/json";
            AnswerWriter.Write(http.Response.BodyWriter, review.Request.Uid, answer);
            await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
            return answer.Refusal is null ? answer.Patch.IsEmpty ? "allowed" : "patched" : "denied";
        }
    }

    private static async Task<AdmissionAnswer> DecideAsync(HttpContext http, IServiceProvider services, AdmissionRequest request)
    {
        try
        {
            return await services.GetRequiredService<PodAdmission>().ReviewAsync(request, TimeBudget.Parse(http.Request.Query["timeout"]), http.RequestAborted);
        }
        catch (Exception e) when (!http.RequestAborted.IsCancellationRequested)
        {
            // The edge: a fault of ours must not keep pods from being created. It is said, logged and counted.
            LogBroken(services.GetRequiredService<ILogger<PodAdmission>>(), e, request.Namespace);
            services.GetRequiredService<AdmissionMeters>().Broke();
            return new AdmissionAnswer { Warnings = ["promoter: an internal error; the pod's images were not checked"] };
        }
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
