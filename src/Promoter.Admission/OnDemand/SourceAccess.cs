using Promoter.Admission.Presence;
using Promoter.Registries;

namespace Promoter.Admission.OnDemand;

/// <summary>With whose credentials the source is read.</summary>
internal sealed record SourceAccess
{
    /// <summary>The rule's own credentials, as the job uses them.</summary>
    public static readonly SourceAccess OfRule = new();

    /// <summary>Those of the pod that asked; null: the rule's.</summary>
    public IRegistryCredentials? Credentials { get; init; }

    /// <summary>Why this pod may not have the image, though the target may have it; null where it may.</summary>
    public ImageFault? Refusal { get; init; }
}
