namespace Promoter.Emulator.Iam;

/// <summary>Who a request is made by: a principal, under the ARN of its session where it is an assumed role.</summary>
/// <param name="Arn">Of the user, or <c>arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION</c>.</param>
/// <param name="UserId">As GetCallerIdentity gives it.</param>
public sealed record Caller(Principal Principal, string Arn, string UserId)
{
    public string AccountId => Principal.AccountId;
}
