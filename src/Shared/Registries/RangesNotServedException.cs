namespace Promoter.Registries;

/// <summary>A range was asked for and the source answered with the whole blob: it has to be read over one connection.</summary>
public sealed class RangesNotServedException() : Exception("the source does not serve ranges");
