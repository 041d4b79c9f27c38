using Promoter.Oci;

namespace Promoter.Discovery;

/// <summary>One image reference in one place.</summary>
/// <param name="Text">As it stands there.</param>
public sealed record ImageFinding(ImageReference Reference, string Text, FindingLocation Location);
