namespace Promoter.Oci;

/// <summary>The bytes are not a manifest that can be copied; the message says why and what to do.</summary>
public sealed class ManifestFormatException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The bytes are a manifest, but of a kind that is not copied (schema 1, oversized); false: they are no manifest at all.</summary>
    public bool IsUnsupported { get; init; }

    /// <summary>The bytes are not even JSON: what the registry stores may have been cut short or damaged on its way.</summary>
    public bool IsDamaged { get; init; }
}
