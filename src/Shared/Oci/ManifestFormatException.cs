namespace Promoter.Oci;

/// <summary>The bytes are not a manifest that can be copied; the message says why and what to do.</summary>
public sealed class ManifestFormatException(string message, Exception? inner = null) : Exception(message, inner);
