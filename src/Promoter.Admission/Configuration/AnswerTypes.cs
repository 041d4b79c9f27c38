using Promoter.Promotion.Configuration;

namespace Promoter.Admission.Configuration;

/// <summary>The words for answers.</summary>
internal static class AnswerTypes
{
    public static ConfigType<MissingAnswer> Missing { get; } = ConfigTypes.OneOf(
        ("auto", MissingAnswer.Auto),
        ("inline", MissingAnswer.Inline),
        ("gate", MissingAnswer.Gate),
        ("source", MissingAnswer.Source),
        ("deny", MissingAnswer.Deny),
        ("allow", MissingAnswer.Allow));

    public static ConfigType<FallbackAnswer> Fallback { get; } = ConfigTypes.OneOf(
        ("allow", FallbackAnswer.Allow), ("source", FallbackAnswer.Source), ("deny", FallbackAnswer.Deny));

    public static ConfigType<FaultAnswer> Fault { get; } = ConfigTypes.OneOf(
        ("allow", FaultAnswer.Allow), ("source", FaultAnswer.Source), ("deny", FaultAnswer.Deny), ("gate", FaultAnswer.Gate));

    public static ConfigType<DeadlineAnswer> Deadline { get; } = ConfigTypes.OneOf(
        ("ungate", DeadlineAnswer.Ungate), ("source", DeadlineAnswer.Source), ("keep", DeadlineAnswer.Keep));
}
