namespace Promoter.Interop.Tests.Tools;

/// <summary>skopeo: a reader and writer of registries that shares no code with ours.</summary>
public sealed class Skopeo
{
    private readonly ExternalProgram _program = new(Toolbox.Require("skopeo"));

    /// <summary>The manifest as the registry serves it, byte for byte.</summary>
    public async Task<byte[]> InspectRawAsync(string reference, string? credentials = null) =>
        (await _program.RunAsync(["inspect", "--raw", "--tls-verify=false", .. Credentials("--creds", credentials), $"docker://{reference}"])).Output;

    /// <summary>Whether the reference can be read at all.</summary>
    public async Task<bool> ExistsAsync(string reference) =>
        (await _program.TryRunAsync(["inspect", "--raw", "--tls-verify=false", $"docker://{reference}"])).ExitCode == 0;

    public async Task<IReadOnlyList<string>> ListTagsAsync(string repository)
    {
        var result = await _program.RunAsync("list-tags", "--tls-verify=false", $"docker://{repository}");
        return [.. System.Text.Json.Nodes.JsonNode.Parse(result.Output)!["Tags"]!.AsArray().Select(tag => (string)tag!)];
    }

    /// <summary>Copies a whole index without changing a byte.</summary>
    public Task CopyAsync(string source, string target, string? targetCredentials = null) => _program.RunAsync(
        ["copy", "--all", "--preserve-digests", "--src-tls-verify=false", "--dest-tls-verify=false", .. Credentials("--dest-creds", targetCredentials), $"docker://{source}", $"docker://{target}"]);

    private static string[] Credentials(string option, string? credentials) => credentials is null ? [] : [option, credentials];
}
