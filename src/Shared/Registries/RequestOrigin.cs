namespace Promoter.Registries;

/// <summary>On whose behalf a request is made: what every error message needs to say where it happened.</summary>
internal readonly record struct RequestOrigin(Side Side, string Host, string Repository);
