namespace Promoter.Discovery;

/// <summary>A field or document that may name an image and was not read as one.</summary>
/// <param name="Text">As it stands there; empty for a whole document.</param>
/// <param name="Reason">One sentence that fits after a colon.</param>
public sealed record SkippedField(string Text, string Reason, FindingLocation Location);
