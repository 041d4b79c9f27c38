using Microsoft.Extensions.Primitives;
using Promoter.Emulator.Iam;

namespace Promoter.Emulator.Sts;

/// <summary>One call of STS; the caller is null for web identities.</summary>
internal sealed record StsCall(string Operation, Caller? Caller, Dictionary<string, StringValues> Form)
{
    public string? Text(string name) => Form.TryGetValue(name, out var value) && value.Count > 0 ? value.ToString() : null;

    public string Required(string name) =>
        Text(name) ?? throw new AwsErrorException("ValidationError", $"1 validation error detected: Value at '{char.ToLowerInvariant(name[0])}{name[1..]}' failed to satisfy constraint: Member must not be null");
}
