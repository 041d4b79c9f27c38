using System.Text.Json.Nodes;
using Promoter.Emulator.Registry;

namespace Promoter.Emulator.Demo;

/// <summary>The emulator as a program: it says in one JSON line where it listens and runs until it is told to stop.</summary>
internal sealed class EmulatorProgram(EmulatorOptions options, TextWriter output)
{
    public async Task<int> RunAsync(CancellationToken stop)
    {
        await using var aws = await EmulatedAws.StartAsync(new AwsOptions { Ports = options.Ports, Tls = options.Tls });
        if (options.Quotas) aws.Quotas.UseDefaults();
        var identities = options.Seed ? DemoSeed.Plant(aws) : null;
        var line = Describe(aws, identities).ToJsonString(WireJson.Options);
        if (options.StateFile is not null) await WriteWholeAsync(options.StateFile, line, stop);
        await output.WriteLineAsync(line);
        await output.FlushAsync(stop);
        var stopped = new TaskCompletionSource();
        await using (stop.Register(stopped.SetResult)) await stopped.Task;
        return 0;
    }

    private static JsonObject Describe(EmulatedAws aws, DemoIdentities? identities)
    {
        var description = new JsonObject
        {
            ["region"] = aws.Options.Region,
            ["source"] = Registry(aws.Source),
            ["target"] = Registry(aws.Target),
            ["api"] = aws.ApiEndpoint.ToString(),
            ["admin"] = new Uri(aws.ApiEndpoint, Admin.AdminEndpoint.Prefix).ToString(),
            ["podIdentity"] = aws.PodIdentity.CredentialsUri.ToString(),
            ["sourceAdmin"] = Variables(aws.ToEnvironment(aws.SourceAdmin)),
            ["targetAdmin"] = Variables(aws.ToEnvironment(aws.TargetAdmin)),
        };
        if (identities is null) return description;
        description["demo"] = new JsonObject
        {
            ["environment"] = Variables(aws.ToEnvironment(identities.User)),
            ["sourceRole"] = identities.SourceRole,
            ["targetRole"] = identities.TargetRole,
            ["externalId"] = DemoSeed.ExternalId,
        };
        return description;
    }

    private static JsonObject Registry(EmulatedRegistry registry) =>
        new() { ["account"] = registry.Name, ["host"] = registry.ReferenceHost, ["endpoint"] = registry.Endpoint.ToString().TrimEnd('/') };

    private static JsonObject Variables(IReadOnlyDictionary<string, string> variables) =>
        new(variables.Select(v => KeyValuePair.Create(v.Key, (JsonNode?)JsonValue.Create(v.Value))));

    // A script that waits for the file must never read half of it.
    private static async Task WriteWholeAsync(string path, string line, CancellationToken cancellationToken)
    {
        var draft = path + ".new";
        await File.WriteAllTextAsync(draft, line + "\n", cancellationToken);
        File.Move(draft, path, overwrite: true);
    }
}
