namespace Promoter.Promotion;

/// <summary>An image that was named and is left alone, with the reason.</summary>
public sealed record SkippedImage(string Reference, string Reason);
