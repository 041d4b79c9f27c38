namespace Promoter.Registries.Layouts;

/// <summary>A folder cannot be a layout that is written to, whatever is tried: another one has to be named, or its rights changed.</summary>
internal sealed class UnusableFolderException(string message, Exception? inner = null) : IOException(message, inner);
