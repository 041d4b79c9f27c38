using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Promoter.Emulator;
using Promoter.Interop.Tests.Tools;

namespace Promoter.Interop.Tests.Gitops;

/// <summary>Runs the container of a rendered hook Job as the kubelet would: the built promoter, its arguments with <c>$(NAME)</c> filled in, its variables.</summary>
public sealed partial class HookRun(HookJob job) : IDisposable
{
    private readonly TemporaryFolder _home = new();

    /// <summary>The keys of the Secrets that the Job refers to.</summary>
    public Dictionary<string, string> Secrets { get; } = new(StringComparer.Ordinal);

    /// <summary>Variables beyond those of the manifest.</summary>
    public Dictionary<string, string> Environment { get; } = new(StringComparer.Ordinal);

    public async Task<PromoterResult> StartAsync()
    {
        using var promoter = new PromoterProcess();
        foreach (var (name, value) in Variables()) promoter.Environment[name] = value;
        return await promoter.RunAsync([.. Arguments()]);
    }

    /// <summary>Starts the pod of an Indexed Job with that index; it runs until its work is done or the daemon is disposed.</summary>
    public Daemon StartPod(int index)
    {
        var variables = new Dictionary<string, string>(Variables()) { ["JOB_COMPLETION_INDEX"] = $"{index}", ["HOME"] = _home.Path, ["DOCKER_CONFIG"] = _home[".docker"] };
        return Daemon.Start(Toolbox.Require("dotnet"), [PromoterProcess.ProgramPath(), .. Arguments()], variables);
    }

    /// <summary>Every tag of a registry, as <c>repository:tag digest</c>.</summary>
    public static IReadOnlyList<string> ContentOf(EmulatedRegistry registry) =>
        [.. registry.Repositories.SelectMany(r => registry.TagsOf(r).Select(t => $"{r}:{t.Key} {t.Value}")).Order(StringComparer.Ordinal)];

    public void Dispose() => _home.Dispose();

    /// <summary>What the container finds in its environment.</summary>
    public IReadOnlyDictionary<string, string> Variables()
    {
        var variables = new Dictionary<string, string>(Environment, StringComparer.Ordinal);
        foreach (var variable in job.Container["env"]!.AsArray())
        {
            if (ValueOf(variable!) is { } value) variables[(string)variable!["name"]!] = value;
        }

        return variables;
    }

    /// <summary>What the container is started with.</summary>
    public IEnumerable<string> Arguments()
    {
        var variables = Variables();
        return job.Arguments.Select(a => Reference().Replace(a, m => variables.GetValueOrDefault(m.Groups["name"].Value) ?? m.Value));
    }

    private string? ValueOf(JsonNode variable) => (string?)variable["value"] ?? (string?)variable["valueFrom"]?["fieldRef"]?["fieldPath"] switch
    {
        "metadata.name" => $"{job.Name}-x7k2f",
        "metadata.namespace" => "shop",
        "metadata.labels['job-name']" => job.Name,
        "metadata.labels['controller-uid']" => "uid-of-the-job",
        null => Secrets.GetValueOrDefault((string?)variable["valueFrom"]?["secretKeyRef"]?["key"] ?? ""),
        var unknown => throw new InvalidOperationException($"The kubelet of this test does not know {unknown}."),
    };

    [GeneratedRegex(@"\$\((?<name>[A-Z_0-9]+)\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Reference();
}
