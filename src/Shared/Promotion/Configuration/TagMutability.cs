namespace Promoter.Promotion.Configuration;

/// <summary>Whether tags of a repository may be pointed to another image.</summary>
public enum TagMutability
{
    Mutable,
    Immutable,
}
