using System.Text.RegularExpressions;

namespace Promoter.Tests.Architecture;

/// <summary>Oci &lt;- Registries &lt;- Copying &lt;- Promotion &lt;- {Job, Admission}; the reasons are in docs/decisions.</summary>
public sealed partial class ImportDirectionTests
{
    /// <summary>What each folder of the engine may name. A new folder needs a line here, and that line a reason.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Oci"] = [],
        ["Telemetry"] = [],

        // How both programs write their log: the one folder that names Serilog, and only composition roots name the folder.
        ["Logging"] = [],
        // Reading with positions, for configuration and manifests alike; knows nothing of either.
        ["Yaml"] = [],
        ["Registries"] = ["Oci", "Telemetry"],
        ["Copying"] = ["Oci", "Registries", "Telemetry"],
        ["Promotion"] = ["Oci", "Registries", "Copying", "Telemetry", "Yaml"],
        // Implements what Registries and Promotion ask for.
        ["Aws"] = ["Oci", "Registries", "Promotion", "Telemetry"],
        ["Discovery"] = ["Oci", "Yaml"],
        ["Kubernetes"] = ["Telemetry"],
        // Both programs' mistakes on the command line: their exit code, and the nearest name.
        ["CommandLine"] = ["Promotion"],
    };

    private static readonly Lazy<IReadOnlySet<TypeUse>> Shared = new(() => Uses("Promoter.Shared", "Promoter.Shared"));
    private static readonly Lazy<IReadOnlySet<TypeUse>> Executables = new(() =>
        Uses("Promoter.Job", "promoter").Concat(Uses("Promoter.Admission", "promoter-admission")).ToHashSet());

    [Fact]
    public void The_folders_of_the_engine_import_in_one_direction()
    {
        var wrong = Shared.Value.Where(use =>
            FolderOf(use.User) is { } user && FolderOf(use.Used) is { } used && user != used && !Allowed[user].Contains(used));

        AssertNone("imports against the direction", wrong);
    }

    [Fact]
    public void Every_folder_of_the_engine_has_a_rule_and_is_a_namespace()
    {
        var folders = Directory.GetDirectories(Path.Combine(SourceTree.Root, "src/Shared")).Select(path => Path.GetFileName(path))
            .Except(["bin", "obj", "Properties"]);

        Assert.Empty(folders.Except(Allowed.Keys));
        AssertNone("types outside the folders' namespaces", Shared.Value.Where(use => IsOurs(use.User) && FolderOf(use.User) is null));
    }

    [Fact]
    public void Using_directives_say_the_same_as_the_metadata()
    {
        // Constants and nameof leave no trace in the metadata, but their using directives do.
        var wrong =
            from file in SourceTree.Files("src/Shared").Where(file => file.EndsWith(".cs", StringComparison.Ordinal))
            let user = file.Split('/')[2]
            from Match match in UsingDirective().Matches(File.ReadAllText(Path.Combine(SourceTree.Root, file)))
            let used = match.Groups["folder"].Value
            where used != user && Allowed.TryGetValue(user, out var allowed) && !allowed.Contains(used)
            select $"{file}: {match.Value}";

        AssertNone("using directives against the direction", wrong);
    }

    [Fact]
    public void No_global_using_hides_where_a_type_comes_from()
    {
        var hidden =
            from file in SourceTree.Files("src")
            where file.EndsWith(".cs", StringComparison.Ordinal) || file.EndsWith("proj", StringComparison.Ordinal)
            from Match match in GlobalUsing().Matches(File.ReadAllText(Path.Combine(SourceTree.Root, file)))
            select $"{file}: {match.Value}";

        AssertNone("global usings of our own namespaces", hidden);
    }

    [Fact]
    public void Only_composition_roots_name_types_of_Aws()
    {
        AssertNone("uses of Aws outside the composition roots", Executables.Value.Where(use =>
            IsOurs(use.User) && FolderOf(use.Used) == "Aws" && !IsCompositionRoot(use.User)));
    }

    [Fact]
    public void Only_composition_roots_and_their_logging_name_Serilog()
    {
        AssertNone("uses of Serilog outside the composition roots", Shared.Value.Concat(Executables.Value).Where(use =>
            IsOurs(use.User) && IsIn(use.Used, "Serilog") && !IsCompositionRoot(use.User) && !IsLogging(use.User)));
    }

    [Fact]
    public void Only_Aws_names_the_AWS_SDK()
    {
        AssertNone("uses of the AWS SDK outside Aws", Shared.Value.Concat(Executables.Value).Where(use =>
            IsOurs(use.User) && IsIn(use.Used, "Amazon") && FolderOf(use.User) != "Aws" && !IsCompositionRoot(use.User)));
    }

    [Fact]
    public void Values_in_Oci_do_no_input_or_output()
    {
        string[] doors = ["System.IO.File", "System.IO.FileStream", "System.IO.Directory", "System.Console", "System.Diagnostics.Process"];

        AssertNone("input or output in Oci", Shared.Value.Where(use =>
            FolderOf(use.User) == "Oci" && (IsIn(use.Used, "System.Net.Http") || IsIn(use.Used, "System.Net.Sockets") || doors.Contains(use.Used))));
    }

    [Fact]
    public void The_reader_sees_what_code_uses()
    {
        // A reader that sees nothing would let every rule above pass.
        Assert.Contains(new TypeUse("Promoter.Oci.Digest", "System.String"), Shared.Value);
        Assert.Contains(Shared.Value, use => FolderOf(use.User) == "Registries" && FolderOf(use.Used) == "Oci");
    }

    private static IReadOnlySet<TypeUse> Uses(string project, string assembly) => AssemblyUses.Read(SourceTree.Assembly(project, assembly));

    /// <summary>The folder of a type of the engine, or null for any other type.</summary>
    private static string? FolderOf(string type) =>
        type.Split('.') is ["Promoter", var folder, _, ..] && Allowed.ContainsKey(folder) ? folder : null;

    /// <summary>Programs compose in the files beside Program.cs (JobServices, AdmissionServices); their folders hold commands and endpoints.</summary>
    private static bool IsCompositionRoot(string type) => type.Split('.') is ["Promoter", "Job" or "Admission", _] or ["Program"]
        // The webhook composes its registries anew whenever its configuration changes.
        || type == "Promoter.Admission.Engine.EngineClients";

    private static bool IsLogging(string type) => type.Split('.') is ["Promoter", "Job" or "Admission", "Logging", _] or ["Promoter", "Logging", _];

    private static bool IsOurs(string type) => IsIn(type, "Promoter");

    private static bool IsIn(string type, string @namespace) => type.StartsWith(@namespace + ".", StringComparison.Ordinal);

    private static void AssertNone<T>(string what, IEnumerable<T> found)
    {
        var list = found.Select(item => item!.ToString()).Distinct().Order(StringComparer.Ordinal).ToList();
        Assert.True(list.Count == 0, $"{list.Count} {what}:\n  {string.Join("\n  ", list)}");
    }

    [GeneratedRegex(@"^\s*(global\s+)?using\s+(static\s+|\w+\s*=\s*)?(global::)?Promoter\.(?<folder>\w+)[\w.]*;", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex UsingDirective();

    [GeneratedRegex(@"^\s*global\s+using[^;]*Promoter[^;]*;|<Using\s+Include=""Promoter[^>]*>", RegexOptions.Multiline)]
    private static partial Regex GlobalUsing();
}
