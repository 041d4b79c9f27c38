namespace Promoter.Emulator.Iam;

/// <summary>What a client signs its requests with.</summary>
/// <param name="SessionToken">Null for a user's own key.</param>
/// <param name="Expiration">Null for a user's own key.</param>
public sealed record AccessKey(string AccessKeyId, string SecretAccessKey, string? SessionToken = null, DateTimeOffset? Expiration = null)
{
    /// <summary>The variables that every AWS client reads.</summary>
    public IReadOnlyDictionary<string, string> ToEnvironment()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal) { ["AWS_ACCESS_KEY_ID"] = AccessKeyId, ["AWS_SECRET_ACCESS_KEY"] = SecretAccessKey };
        if (SessionToken is not null) variables["AWS_SESSION_TOKEN"] = SessionToken;
        return variables;
    }

    public override string ToString() => AccessKeyId;
}
