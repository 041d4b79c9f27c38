using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Promoter.Aws;
using Promoter.Aws.Ecr;
using Promoter.Aws.Provisioning;
using Promoter.Registries;
using Promoter.Tests.Architecture;

namespace Promoter.Tests.Aws;

/// <summary>The policies that a platform team applies grant what the program can call, and nothing else.</summary>
public sealed partial class PoliciesTests
{
    /// <summary>Which list of the code each file of <c>policies/iam</c> is made from.</summary>
    private static readonly Dictionary<string, IReadOnlyList<string>> Granted = new(StringComparer.Ordinal)
    {
        ["source-reader.json"] = EcrActions.SourceReader,
        ["source-settings-reader.json"] = EcrActions.SourceSettingsReader,
        ["target-writer.json"] = EcrActions.TargetWriter,
        ["repository-creator.json"] = EcrActions.RepositoryCreator,
        ["repository-inspector.json"] = EcrActions.RepositoryInspector,
        ["repository-repairer.json"] = EcrActions.RepositoryRepairer,
        ["image-status-reader.json"] = EcrActions.ImageStatusReader,
        ["public-gallery-reader.json"] = ["ecr-public:GetAuthorizationToken", "sts:GetServiceBearerToken"],
        ["assume-source-role.json"] = ["sts:AssumeRole", "sts:TagSession"],
        ["repository-creator-kms.json"] = ["kms:CreateGrant", "kms:DescribeKey", "kms:RetireGrant"],
        ["trust-irsa.json"] = ["sts:AssumeRoleWithWebIdentity"],
        ["trust-pod-identity.json"] = ["sts:AssumeRole", "sts:TagSession"],
        ["trust-target-role.json"] = ["sts:AssumeRole", "sts:TagSession"],
    };

    private static readonly string[] RegistryWide =
        [EcrActions.GetAuthorizationToken, EcrActions.GetAccountSetting, EcrActions.DescribeRepositoryCreationTemplates, "ecr-public:GetAuthorizationToken", "sts:GetServiceBearerToken"];

    public static TheoryData<string> IamFiles => [.. Files("policies/iam").Select(path => Path.GetFileName(path))];

    public static TheoryData<string> AllFiles => [.. Files("policies/iam").Concat(Files("policies/ecr")).Select(path => Path.GetRelativePath(SourceTree.Root, path))];

    [Theory]
    [MemberData(nameof(IamFiles))]
    public void A_file_grants_exactly_what_its_part_of_the_program_calls(string file)
    {
        Assert.True(Granted.TryGetValue(file, out var expected), $"policies/iam/{file} is new: say here which calls it is for");

        Assert.Equal(expected.Order(StringComparer.Ordinal), Statements($"policies/iam/{file}").SelectMany(ActionsOf).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_action_that_the_program_knows_is_granted_by_a_file_and_the_reverse()
    {
        var known = typeof(EcrActions).GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!);
        var granted = Files("policies/iam").SelectMany(path => Statements(Path.GetRelativePath(SourceTree.Root, path)).SelectMany(ActionsOf))
            .Where(action => action.StartsWith("ecr:", StringComparison.Ordinal));

        Assert.Equal(known.Order(StringComparer.Ordinal), granted.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_operation_of_the_client_and_every_request_to_the_registry_has_its_action()
    {
        var operations = typeof(AmazonECRClient).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(method => method.Name.EndsWith("Async", StringComparison.Ordinal))
            .Select(method => EcrActions.Of(method.Name[..^"Async".Length]));
        var requests = Enum.GetValues<RegistryAction>().Select(EcrQuotas.ActionOf);

        var known = typeof(EcrActions).GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!);
        Assert.Equal(known.Order(StringComparer.Ordinal), operations.Concat(requests).Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(IamFiles))]
    public void Only_actions_without_a_resource_are_granted_on_everything(string file)
    {
        var wide = Statements($"policies/iam/{file}").Where(statement => statement["Resource"]?.ToString() == "*").SelectMany(ActionsOf);

        Assert.Empty(wide.Except(RegistryWide));
    }

    [Theory]
    [MemberData(nameof(AllFiles))]
    public void Every_statement_is_named_and_its_reason_is_in_the_guide(string path)
    {
        var guide = File.ReadAllText(Path.Combine(SourceTree.Root, "docs/iam.md"));

        Assert.Contains(Path.GetFileName(path), guide, StringComparison.Ordinal);
        Assert.All(Statements(path), statement => Assert.Contains($"| `{statement["Sid"]}` |", guide, StringComparison.Ordinal));
    }

    [Fact]
    public void The_guide_explains_every_placeholder_and_no_other()
    {
        var used = Files("policies/iam").Concat(Files("policies/ecr")).SelectMany(path => Placeholder.Matches(File.ReadAllText(path))).Select(match => match.Value);
        var explained = Placeholder.Matches(File.ReadAllText(Path.Combine(SourceTree.Root, "docs/iam.md"))).Select(match => match.Value);

        Assert.Equal(used.Distinct().Order(StringComparer.Ordinal), explained.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_source_policy_lets_the_target_read_what_the_reader_policy_asks_for()
    {
        var wanted = EcrActions.SourceReader.Except([EcrActions.GetAuthorizationToken]).Order(StringComparer.Ordinal);

        Assert.All(
            ["source-repository-policy.json", "source-repository-policy-organization.json", "source-registry-policy.json"],
            file => Assert.Equal(wanted, Statements($"policies/ecr/{file}").SelectMany(ActionsOf).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void The_example_settings_pass_the_validation_of_the_program()
    {
        var template = JsonNode.Parse(Read("policies/ecr/repository-creation-template.json"))!;
        var options = new RepositoryCreationOptions
        {
            TagMutability = template["imageTagMutability"]!.ToString(),
            MutabilityExclusions = [.. template["imageTagMutabilityExclusionFilters"]!.AsArray().Select(filter => filter!["filter"]!.ToString())],
            EncryptionType = template["encryptionConfiguration"]!["encryptionType"]!.ToString(),
            LifecyclePolicy = template["lifecyclePolicy"]!.ToString(),
            RepositoryPolicy = Read("policies/ecr/target-repository-policy.json"),
        };

        Assert.Empty(RepositoryCreationOptionsValidator.Problems(options, host: null));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(options.LifecyclePolicy), JsonNode.Parse(Read("policies/ecr/lifecycle-policy.json"))), "the template and lifecycle-policy.json differ");
    }

    private static string[] Files(string folder) => Directory.GetFiles(Path.Combine(SourceTree.Root, folder), "*.json");

    private static string Read(string path) => File.ReadAllText(Path.Combine(SourceTree.Root, path));

    private static IEnumerable<JsonObject> Statements(string path) =>
        JsonNode.Parse(Read(path))!["Statement"] is JsonArray statements ? statements.Select(statement => statement!.AsObject()) : [];

    private static IEnumerable<string> ActionsOf(JsonObject statement) => statement["Action"] switch
    {
        JsonArray actions => actions.Select(action => action!.ToString()),
        { } action => [action.ToString()],
        _ => [],
    };

    [GeneratedRegex(@"\$\{[A-Z_]+\}", RegexOptions.NonBacktracking)]
    private static partial Regex Placeholder { get; }
}
