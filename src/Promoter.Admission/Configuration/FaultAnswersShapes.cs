using Promoter.Promotion.Configuration;

namespace Promoter.Admission.Configuration;

/// <summary>The keys of <c>onTarget</c> and <c>onSource</c>: a 404, a 401 or 403, a 429 and silence are different answers of a registry.</summary>
internal static class FaultAnswersShapes
{
    public static ConfigShape<FaultAnswers> OfTarget { get; } = Common("onTarget", "What a pod gets when the target registry does not say whether it has the image.", FaultAnswers.OfTarget);

    public static ConfigShape<FaultAnswers> OfSource { get; } =
        Common("onSource", "What a pod gets when the source does not have the image, or does not say.", FaultAnswers.OfSource)
            .Key("missing", AnswerTypes.Fault, f => f.Missing, (f, v) => f with { Missing = v }, "The source has no such image (404).");

    private static ConfigShape<FaultAnswers> Common(string name, string description, FaultAnswers defaults) =>
        new ConfigShape<FaultAnswers>(name, description, defaults)
            .Key("denied", AnswerTypes.Fault, f => f.Denied, (f, v) => f with { Denied = v }, "Our credentials are refused or not sufficient (401, 403).")
            .Key("throttled", AnswerTypes.Fault, f => f.Throttled, (f, v) => f with { Throttled = v }, "The registry asks to slow down (429).")
            .Key("timedOut", AnswerTypes.Fault, f => f.TimedOut, (f, v) => f with { TimedOut = v }, "No answer in time, no connection, or 5xx.");
}
