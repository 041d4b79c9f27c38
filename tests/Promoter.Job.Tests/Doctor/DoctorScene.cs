using Promoter.Emulator;
using Promoter.Emulator.Iam;
using Promoter.Emulator.Images;
using Promoter.Emulator.Registry;

namespace Promoter.Job.Tests.Doctor;

/// <summary>
/// Two emulated accounts with a role each that is assumed by web identity, an image at the source and its repository at the target: everything that
/// <c>promoter promote</c> needs. Tests take away one thing before they run the command.
/// </summary>
internal sealed class DoctorScene : IAsyncDisposable
{
    private const string Subject = "system:serviceaccount:argocd:promoter";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("promoter-doctor-");

    private DoctorScene(EmulatedAws aws)
    {
        Aws = aws;
        Image = aws.Source.Push("shop/api", SampleImages.Single("api"), "1");
        aws.Target.CreateRepository("shop/api");
        aws.Target.Behaviour.Mounts = MountRule.DonorReferencesBlob;
        File.WriteAllText(TokenFile, aws.Iam.WebIdentity.Issue(Subject));
        SourceApi = TargetApi = Sts = aws.ApiEndpoint.ToString();
        TargetHost = aws.Target.ReferenceHost;
        SourceEndpoint = aws.Source.Endpoint.ToString();
        TargetEndpoint = aws.Target.Endpoint.ToString();
    }

    public EmulatedAws Aws { get; }

    public BuiltImage Image { get; }

    public string TokenFile => Path.Combine(_folder.FullName, "token");

    /// <summary>IAM actions of the source's role.</summary>
    public HashSet<string> SourceActions { get; } = new(StringComparer.Ordinal)
    {
        "ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:DescribeImages",
        "ecr:DescribeRepositories", "ecr:GetLifecyclePolicy", "ecr:ListTagsForResource",
    };

    /// <summary>IAM actions of the target's role.</summary>
    public HashSet<string> TargetActions { get; } = new(StringComparer.Ordinal)
    {
        "ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:DescribeImages", "ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload",
        "ecr:PutImage", "ecr:UploadLayerPart", "ecr:GetDownloadUrlForLayer", "ecr:GetAccountSetting", "ecr:DescribeRepositories", "ecr:CreateRepository", "ecr:TagResource",
        "ecr:PutLifecyclePolicy", "ecr:SetRepositoryPolicy", "ecr:DescribeRepositoryCreationTemplates", "ecr:GetLifecyclePolicy", "ecr:GetRepositoryPolicy", "ecr:ListTagsForResource",
    };

    public List<IamStatement> MoreTargetStatements { get; } = [];

    /// <summary>Who is the source's identity: a role of the source account unless a test makes it one of the target account.</summary>
    public string SourceRoleAccount { get; set; } = "111111111111";

    public RoleTrust SourceTrust { get; set; } = new() { WebIdentitySubject = Subject };

    public RoleTrust TargetTrust { get; set; } = new() { WebIdentitySubject = Subject };

    public string SourceApi { get; set; }

    public string TargetApi { get; set; }

    public string Sts { get; set; }

    public string SourceEndpoint { get; set; }

    public string TargetEndpoint { get; set; }

    /// <summary>The section <c>createRepositories</c> of the target as YAML in flow style; empty: none.</summary>
    public string CreateRepositories { get; set; } = "";

    /// <summary>More keys of the target's identity, YAML in flow style with a comma before it.</summary>
    public string MoreTargetIdentity { get; set; } = "";

    /// <summary>The target as references and rules name it.</summary>
    public string TargetHost { get; set; }

    public string Repositories { get; set; } = "shop/*";

    public static async Task<DoctorScene> StartAsync() => new(await EmulatedAws.StartAsync());

    /// <summary>Everything that creating a repository with all kinds of settings involves, with <c>shop/new</c> missing at the target.</summary>
    public void CreateEverything()
    {
        Write("lifecycle.json", """{"rules":[{"rulePriority":1,"selection":{"tagStatus":"untagged","countType":"imageCountMoreThan","countNumber":9},"action":{"type":"expire"}}]}""");
        Write("policy.json", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"ecr:BatchGetImage"}]}""");
        CreateRepositories = "{ tagMutability: IMMUTABLE, scanOnPush: true, lifecyclePolicyFile: lifecycle.json, repositoryPolicyFile: policy.json, tags: { team: shop } }";
        Aws.Source.Push("shop/new", SampleImages.Single("new"), "1");
    }

    /// <summary>Runs a command with the configuration of the scene.</summary>
    public async Task<JobResult> RunAsync(string command, params string[] arguments)
    {
        var config = Path.Combine(_folder.FullName, "promotion.yaml");
        await File.WriteAllTextAsync(config, Yaml(), TestContext.Current.CancellationToken);
        return await JobHarness.RunAsync([command, "--config", config, .. arguments]);
    }

    public string To(string image) => $"{TargetHost}/{image}";

    /// <summary>Puts a file beside the configuration.</summary>
    public void Write(string name, string content) => File.WriteAllText(Path.Combine(_folder.FullName, name), content);

    public async ValueTask DisposeAsync()
    {
        await Aws.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private string Yaml()
    {
        var source = Aws.Iam.CreateRole(SourceRoleAccount, "promoter-source", SourceTrust, IamStatement.Allow([.. SourceActions]));
        var target = Aws.Iam.CreateRole("222222222222", "promoter-target", TargetTrust, [IamStatement.Allow([.. TargetActions]), .. MoreTargetStatements]);
        return $$"""
            apiVersion: promoter.dev/v1alpha1
            kind: PromotionConfig
            rules:
            - name: apps
              source: {{Aws.Source.ReferenceHost}}
              target: {{TargetHost}}
              repositories: ["{{Repositories}}"]
            registries:
            - host: {{Aws.Source.ReferenceHost}}
              endpoint: {{SourceEndpoint}}
              aws: { roleArn: "{{source.Arn}}", webIdentity: { tokenFile: "{{TokenFile}}" }, ecrEndpoint: "{{SourceApi}}", stsEndpoint: "{{Sts}}" }
            - host: {{TargetHost}}
              endpoint: {{TargetEndpoint}}
              aws: { roleArn: "{{target.Arn}}", webIdentity: { tokenFile: "{{TokenFile}}" }, ecrEndpoint: "{{TargetApi}}", stsEndpoint: "{{Sts}}"{{MoreTargetIdentity}} }
              {{(CreateRepositories.Length > 0 ? "createRepositories: " + CreateRepositories : "")}}
            transfer: { retries: 0 }
            """;
    }
}
