using System.Text.Json.Nodes;

namespace Promoter.Emulator.Iam;

/// <summary>An error answer of an AWS API; each protocol writes it in its own form.</summary>
public sealed class AwsErrorException(string code, string message, int status = 400) : Exception(message)
{
    public string Code { get; } = code;

    public int Status { get; } = status;

    /// <summary>Members beside code and message that the error's shape has.</summary>
    public JsonObject Details { get; init; } = [];
}
