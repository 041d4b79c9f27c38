namespace Promoter.Emulator.Iam;

/// <summary>A user or role, and what its identity policies say. The statements may be changed while the emulator runs.</summary>
public sealed class Principal(string accountId, string arn)
{
    private volatile IReadOnlyList<IamStatement> _statements = [];

    public string AccountId => accountId;

    /// <summary>Of the user or role itself, not of a session.</summary>
    public string Arn => arn;

    /// <summary>The part of the ARN after the last slash.</summary>
    public string Name => arn[(arn.LastIndexOf('/') + 1)..];

    /// <summary>Not held back by account boundaries: the tests' own hand.</summary>
    internal bool IsOmnipotent { get; init; }

    public IReadOnlyList<IamStatement> Statements
    {
        get => _statements;
        set => _statements = value;
    }

    public override string ToString() => arn;
}
