using System.CommandLine;
using Promoter.Discovery;
using Promoter.Job.Hook;
using Promoter.Job.Output;
using Promoter.Promotion;
using Promoter.Promotion.Configuration;
using Promoter.Yaml;

namespace Promoter.Job.Commands;

/// <summary><c>promoter hook</c>: manifests or a KRM ResourceList in, the same with the PreSync Job out. Touches no network.</summary>
internal static class HookCommand
{
    private static readonly Option<string[]> Files = new("--file", "-f") { HelpName = "FILE|DIR|-", Description = "Manifests or a ResourceList: files, directories, or - for standard input (the default). May be repeated." };
    private static readonly Option<string?> Directory = new("--kustomize", "-k") { HelpName = "DIR", Description = "A kustomization to render with kustomize or kubectl, instead of -f." };
    private static readonly Option<string?> Function = new("--function-config") { HelpName = "FILE", Description = $"Settings: a file of kind {HookSettings.Kind}, or a ConfigMap with the same keys." };
    private static readonly Option<string?> From = new("--from") { HelpName = "REGISTRY", Description = "The source registry, optionally with a repository prefix." };
    private static readonly Option<string?> To = new("--to") { HelpName = "REGISTRY", Description = "The target registry, optionally with a repository prefix." };
    private static readonly Option<string?> PromoterImage = new("--promoter-image") { HelpName = "IMAGE", Description = "promoter's own image, for the Job." };
    private static readonly Option<string?> Name = new("--name") { HelpName = "NAME", Description = "Name of the Job; ${VARIABLE} is filled in from the environment. Default: promote-images." };
    private static readonly Option<string?> JobNamespace = new("--job-namespace") { HelpName = "NAME", Description = "Namespace of the Job. Default: that of the workloads." };
    private static readonly Option<string?> ServiceAccount = new("--service-account") { HelpName = "NAME", Description = "Service account of the Job; it has to exist before the sync. Default: promoter." };
    private static readonly Option<string[]> Fields = new("--field") { HelpName = "GROUP/KIND/PATH", Description = "A further field that holds an image: GROUP/KIND/PATH in Kustomize's path syntax. May be repeated." };
    private static readonly Option<bool> Check = new("--check") { Description = "Change nothing: exit with 8 where a covered image is in no hook Job." };

    public static Command Create()
    {
        var command = new Command("hook", "Add the PreSync Job that promotes the images of manifests to them, or bring it up to date.")
        {
            Files, Directory, Function, From, To, PromoterImage, Name, JobNamespace, ServiceAccount, Fields, Check,
        };
        command.SetAction((parse, ct) => CommandEdge.RunAsync(parse, RunAsync, ct));
        return command;
    }

    private static async Task<ExitCode> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var parse = context.Parse;
        var input = await ReadAsync(parse, cancellationToken);
        var list = ResourceList.Of(input.Text, input.Roots);
        var settings = Settings(context, list).Completed(Environment.GetEnvironmentVariable);
        var objects = list?.Objects ?? input.Objects;
        var hooks = HookJobs.All(objects).Select(h => h.Id).ToHashSet();
        var selection = HookSelection.Of(input.Find(Discovery(parse)), settings.Rules(), hooks.Contains);
        var checkOnly = parse.GetValue(Check);
        return list is not null ? Answer(context, HookFunction.Run(list, settings, selection, checkOnly))
            : checkOnly ? Verify(context, objects, selection)
            : Filter(context, input, settings, selection);
    }

    private static async Task<HookInput> ReadAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        var files = parse.GetValue(Files) is { Length: > 0 } given ? given : [];
        if (parse.GetValue(Directory) is { } directory)
        {
            return files.Length == 0
                ? await HookInput.OfKustomizationAsync(directory, cancellationToken)
                : throw new PromotionException(ExitCode.Usage, "-k and -f are both given: the answer is one text, so give one of them");
        }

        if (files.Length == 0) files = ["-"];
        using var standardInput = Console.OpenStandardInput();
        return HookInput.OfFiles(files, standardInput);
    }

    private static ExitCode Filter(CommandContext context, HookInput input, HookSettings settings, HookSelection selection)
    {
        // Nothing on stdout unless all is well: a plugin's half answer would be applied.
        ThrowIfWrong(selection.Messages, selection.ExitCode);
        Warn(context, selection.Messages);
        if (selection.Images.Count == 0) context.Parse.InvocationConfiguration.Error.WriteLine("promoter: no rule covers any of the images, so no hook Job is added");
        context.Output.Write(selection.Images.Count == 0 ? input.Text : HookFilter.Apply(input, settings, selection));
        return ExitCode.Done;
    }

    private static ExitCode Verify(CommandContext context, IReadOnlyList<ManifestEntry> objects, HookSelection selection)
    {
        List<HookMessage> messages = [.. selection.Messages, .. HookCheck.Of(objects, selection)];
        Warn(context, messages);
        ThrowIfWrong(messages, selection.ExitCode == ExitCode.Done ? ExitCode.Refused : selection.ExitCode);
        context.Output.WriteLine($"{Count.Of(selection.Images.Count, "covered image")}, all promoted by a hook Job");
        return ExitCode.Done;
    }

    private static ExitCode Answer(CommandContext context, HookAnswer answer)
    {
        context.Output.Write(answer.Text);
        Warn(context, answer.Messages);
        foreach (var message in answer.Messages.Where(m => m.Severity == Severity.Error)) context.Parse.InvocationConfiguration.Error.WriteLine($"promoter: {message}");
        return answer.ExitCode;
    }

    private static void ThrowIfWrong(IEnumerable<HookMessage> messages, ExitCode code)
    {
        var errors = messages.Where(m => m.Severity == Severity.Error).ToList();
        if (errors.Count > 0) throw new PromotionException(code, string.Join(Environment.NewLine, errors));
    }

    private static void Warn(CommandContext context, IEnumerable<HookMessage> messages)
    {
        foreach (var message in messages.Where(m => m.Severity == Severity.Warning)) context.Parse.InvocationConfiguration.Error.WriteLine($"promoter: warning: {message}");
    }

    /// <summary>The function's own configuration, else the file's, with flags over either.</summary>
    private static HookSettings Settings(CommandContext context, ResourceList? list)
    {
        var parse = context.Parse;
        var settings = list?.FunctionConfig is { } config && config.Entries.Count > 0 ? HookSettingsReader.Read(config, "functionConfig", Environment.CurrentDirectory)
            : parse.GetValue(Function) is { } path ? HookSettingsReader.Load(path)
            : new HookSettings();
        if (parse.GetValue(GlobalOptions.Config) is { } file) settings = settings with { Config = ConfigOf(file) };
        return settings with
        {
            From = Registry(parse, From) ?? settings.From,
            To = Registry(parse, To) ?? settings.To,
            Image = parse.GetValue(PromoterImage) ?? settings.Image,
            Name = parse.GetValue(Name) ?? settings.Name,
            Namespace = parse.GetValue(JobNamespace) ?? settings.Namespace,
            ServiceAccountName = parse.GetValue(ServiceAccount) ?? settings.ServiceAccountName,
        };
    }

    // The file has been read as a configuration already, so it is one document with a root.
    private static ConfigNode ConfigOf(FileInfo file) =>
        new(YamlReader.Read(file.FullName, File.ReadAllText(file.FullName)).First(d => d.Root is not null).Root!, file.FullName, file.DirectoryName!);

    private static RegistryPrefix? Registry(ParseResult parse, Option<string?> option)
    {
        try
        {
            return parse.GetValue(option) is { } text ? RegistryPrefix.Parse(text) : null;
        }
        catch (FormatException e)
        {
            throw new PromotionException(ExitCode.Usage, $"{option.Name}: {e.Message}", e);
        }
    }

    private static DiscoveryOptions Discovery(ParseResult parse)
    {
        try
        {
            return new DiscoveryOptions { Fields = [.. (parse.GetValue(Fields) ?? []).Select(FieldSpec.Parse)] };
        }
        catch (FormatException e)
        {
            throw new PromotionException(ExitCode.Usage, e.Message, e);
        }
    }
}
