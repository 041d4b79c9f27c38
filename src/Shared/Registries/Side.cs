namespace Promoter.Registries;

/// <summary>Which end of a promotion a registry is at; every fault says whose it was.</summary>
public enum Side
{
    Source,
    Target,
}
