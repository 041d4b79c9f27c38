namespace Promoter.Admission.Configuration;

/// <summary>What to do where waiting is not possible.</summary>
internal enum FallbackAnswer
{
    Allow,
    Source,
    Deny,
}
