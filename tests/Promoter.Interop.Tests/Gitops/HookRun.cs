using System.Text.RegularExpressions;
using Promoter.Emulator;
using Promoter.Interop.Tests.Tools;

namespace Promoter.Interop.Tests.Gitops;

/// <summary>Runs the container of a rendered hook Job as the kubelet would: the built promoter, its arguments with <c>$(NAME)</c> filled in, its variables.</summary>
public sealed partial class HookRun(HookJob job)
{
    public async Task<PromoterResult> StartAsync()
    {
        using var promoter = new PromoterProcess();
        foreach (var variable in job.Container["env"]!.AsArray())
        {
            promoter.Environment[(string)variable!["name"]!] = (string?)variable["value"] ?? "from-the-downward-api";
        }

        return await promoter.RunAsync([.. job.Arguments.Select(a => Reference().Replace(a, m => promoter.Environment.GetValueOrDefault(m.Groups["name"].Value) ?? m.Value))]);
    }

    /// <summary>Every tag of a registry, as <c>repository:tag digest</c>.</summary>
    public static IReadOnlyList<string> ContentOf(EmulatedRegistry registry) =>
        [.. registry.Repositories.SelectMany(r => registry.TagsOf(r).Select(t => $"{r}:{t.Key} {t.Value}")).Order(StringComparer.Ordinal)];

    [GeneratedRegex(@"\$\((?<name>[A-Z_0-9]+)\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Reference();
}
