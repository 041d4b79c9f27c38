using System.Text.Json.Nodes;
using Promoter.Aws;
using Promoter.Aws.Diagnosis;
using Promoter.Emulator;
using Promoter.Emulator.Iam;
using Promoter.Emulator.Images;
using Promoter.Oci;
using Promoter.Registries;
using Promoter.Tests.Architecture;

namespace Promoter.Tests.Aws;

/// <summary>The AWS side against an AWS that checks signatures and permissions: the published policies are enough, and what they leave out is denied.</summary>
public sealed class EmulatorTests
{
    private const string Subject = "system:serviceaccount:argocd:promoter";

    [Fact]
    public async Task The_published_policies_are_enough_for_everything_that_the_doctor_checks()
    {
        await using var aws = await EmulatedAws.StartAsync();
        aws.Source.Push("shop/api", SampleImages.Single("api"), "1");
        aws.Target.Push("shop/api", SampleImages.Single("api"), "1");
        using var scene = new Scene(aws, ["source-reader"], ["target-writer", "repository-creator", "repository-inspector", "repository-repairer"]);

        var checks = (await scene.DiagnoseAsync(aws.Source, Side.Source)).Concat(await scene.DiagnoseAsync(aws.Target, Side.Target)).ToList();

        Assert.DoesNotContain(checks, check => check.Status == CheckStatus.Fail || check.MissingStatement is not null);
        Assert.Contains("assumed-role/promoter/", checks[1].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_that_is_asked_to_write_is_told_every_statement_that_is_missing()
    {
        await using var aws = await EmulatedAws.StartAsync();
        aws.Target.Push("shop/api", SampleImages.Single("api"), "1");
        using var scene = new Scene(aws, ["source-reader"], ["source-reader"]);

        var checks = await scene.DiagnoseAsync(aws.Target, Side.Target);

        var missing = checks.Where(check => check.Status == CheckStatus.Fail).Select(check => (string?)JsonNode.Parse(check.MissingStatement!)!["Action"]).ToList();
        Assert.Superset(
            new HashSet<string?> { "ecr:BatchCheckLayerAvailability", "ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload", "ecr:PutImage" },
            missing.ToHashSet());
    }

    [Fact]
    public async Task What_a_repository_has_is_found_in_one_signed_request()
    {
        await using var aws = await EmulatedAws.StartAsync();
        var image = aws.Target.Push("shop/api", SampleImages.Single("api"), "1");
        using var scene = new Scene(aws, ["source-reader"], ["target-writer"]);
        var digest = Digest.Parse(aws.Target.DigestOf("shop/api", "1")!);

        var answers = await scene.Platform.FindManifestsAsync(
            aws.Target.ReferenceHost,
            "shop/api",
            [new ManifestQuery(Tag.Parse("1"), digest), new ManifestQuery(Tag.Parse("2"), digest), new ManifestQuery(Tag.Parse("3"), null)],
            CancellationToken.None);
        var blobs = await scene.Platform.FindBlobsAsync(
            aws.Target.ReferenceHost, "shop/api", [.. image.Blobs.Keys.Select(Digest.Parse), StubImages.DigestOf(1)], CancellationToken.None);

        Assert.Equal([digest, null, null], answers!.Select(answer => answer.TagDigest));
        Assert.Equal([true, true, false], answers!.Select(answer => answer.HasDigest));
        Assert.Equal(digest, answers![1].Manifest!.Digest);
        Assert.Equal(image.Blobs.Keys.Select(Digest.Parse).ToHashSet(), blobs);
    }

    [Fact]
    public async Task An_archived_image_of_the_source_is_told_from_one_that_is_not_there()
    {
        await using var aws = await EmulatedAws.StartAsync();
        aws.Source.Push("shop/api", SampleImages.Single("api"), "1");
        aws.Source.Archive("shop/api", aws.Source.DigestOf("shop/api", "1")!);
        using var scene = new Scene(aws, ["source-reader"], ["target-writer"]);

        var answers = await scene.Platform.FindManifestsAsync(
            aws.Source.ReferenceHost, "shop/api", [new ManifestQuery(Tag.Parse("1"), null), new ManifestQuery(Tag.Parse("2"), null)], CancellationToken.None);

        Assert.Equal([true, false], answers!.Select(answer => answer.IsArchived));
    }

    [Fact]
    public async Task A_missing_repository_is_created_as_configured()
    {
        await using var aws = await EmulatedAws.StartAsync();
        using var scene = new Scene(aws, ["source-reader"], ["target-writer", "repository-creator"]);

        Assert.True(await scene.Platform.EnsureRepositoryAsync(aws.Target.ReferenceHost, "shop/new", aws.Source.ReferenceHost, "shop/new", CancellationToken.None));

        Assert.Contains("shop/new", aws.Target.Repositories);
        Assert.True(scene.Platform.IsSettling(aws.Target.ReferenceHost, "shop/new"));
    }

    private sealed class Scene : IDisposable
    {
        private readonly AwsRegistries _registries;
        private readonly EcrCredentials _credentials;
        private readonly string _tokenFile = Path.Combine(Path.GetTempPath(), $"token-{Guid.NewGuid():N}");

        public Scene(EmulatedAws aws, string[] sourcePolicies, string[] targetPolicies)
        {
            File.WriteAllText(_tokenFile, aws.Iam.WebIdentity.Issue(Subject));
            var source = aws.Iam.CreateRole(aws.Options.SourceAccount, "promoter", new RoleTrust { WebIdentitySubject = Subject }, Statements(aws, sourcePolicies));
            var target = aws.Iam.CreateRole(
                aws.Options.TargetAccount, "promoter", new RoleTrust { WebIdentitySubject = Subject }, Statements(aws, [.. targetPolicies]));
            _registries = new AwsRegistries([Options(aws, aws.Source, source, Side.Source), Options(aws, aws.Target, target, Side.Target)]);
            _credentials = AwsScene.Credentials(_registries);
            Platform = AwsScene.Platform(_registries);
        }

        public EcrPlatform Platform { get; }

        public Task<IReadOnlyList<Check>> DiagnoseAsync(EmulatedRegistry registry, Side side) =>
            new RegistryDiagnosis(_registries, _credentials, TimeProvider.System).DiagnoseAsync(new DiagnosisSubject(registry.ReferenceHost, side, ["shop/api"]), CancellationToken.None);

        public void Dispose()
        {
            _credentials.Dispose();
            _registries.Dispose();
            File.Delete(_tokenFile);
        }

        private AwsRegistryOptions Options(EmulatedAws aws, EmulatedRegistry registry, Principal role, Side side) => new()
        {
            Host = registry.ReferenceHost,
            Side = side,
            Source = AwsCredentialSource.WebIdentity,
            WebIdentityTokenFile = _tokenFile,
            RoleArn = role.Arn,
            EcrEndpoint = aws.ApiEndpoint.GetLeftPart(UriPartial.Authority),
            StsEndpoint = aws.ApiEndpoint.GetLeftPart(UriPartial.Authority),
            CreateRepositories = side == Side.Target ? new RepositoryCreationOptions { TagMutability = "IMMUTABLE" } : null,
        };

        /// <summary>The files of <c>policies/iam</c> with their placeholders filled in.</summary>
        private static IReadOnlyList<IamStatement> Statements(EmulatedAws aws, string[] files) =>
        [
            .. files.SelectMany(file => JsonNode.Parse(File.ReadAllText(Path.Combine(SourceTree.Root, "policies/iam", file + ".json"))
                    .Replace("${REGION}", aws.Options.Region, StringComparison.Ordinal)
                    .Replace("${SOURCE_ACCOUNT}", aws.Options.SourceAccount, StringComparison.Ordinal)
                    .Replace("${TARGET_ACCOUNT}", aws.Options.TargetAccount, StringComparison.Ordinal)
                    .Replace("${PREFIX}", "shop", StringComparison.Ordinal))!["Statement"]!.AsArray())
                .Select(statement => IamStatement.Allow(
                    statement!["Action"] is JsonArray actions ? [.. actions.Select(action => action!.ToString())] : [statement["Action"]!.ToString()],
                    statement["Resource"]!.ToString())),
        ];
    }
}
