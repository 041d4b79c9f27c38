namespace Promoter.Emulator.Iam;

/// <summary>Amazon resource names that the emulator hands out.</summary>
internal static class Arn
{
    public static string Repository(string region, string account, string name) => $"arn:aws:ecr:{region}:{account}:repository/{name}";

    public static string User(string account, string name) => $"arn:aws:iam::{account}:user/{name}";

    public static string Role(string account, string name) => $"arn:aws:iam::{account}:role/{name}";

    public static string Session(string account, string role, string session) => $"arn:aws:sts::{account}:assumed-role/{role}/{session}";

    public static string Root(string account) => $"arn:aws:iam::{account}:root";

    public static string AccountOf(string arn) => arn.Split(':') is { Length: > 4 } parts ? parts[4] : "";
}
