namespace Promoter.FakeApiServer;

/// <summary>One request as the server saw it.</summary>
/// <param name="Target">Path and query.</param>
/// <param name="Authorization">The Authorization header, for tests of credentials.</param>
public sealed record RecordedCall(string Method, string Target, string Authorization, string ContentType, string Body)
{
    /// <summary>Subject of the client's certificate; empty where it showed none.</summary>
    public string ClientSubject { get; init; } = "";
}
