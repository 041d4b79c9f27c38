namespace Promoter.Discovery;

/// <summary>An image field that is wrong: a malformed reference, or a reference between objects that leads nowhere.</summary>
public sealed record DiscoveryProblem(string Message, FindingLocation Location)
{
    public override string ToString() => $"{Location}: {Message}";
}
