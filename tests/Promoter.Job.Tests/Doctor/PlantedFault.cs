using Promoter.Emulator.Faults;
using Promoter.Emulator.Iam;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;

namespace Promoter.Job.Tests.Doctor;

/// <summary>Something that keeps a promotion from working: how it comes about, and what the doctor has to say of it.</summary>
/// <param name="Image">What is to be promoted; null: rules alone are checked.</param>
/// <param name="Says">Words of the finding.</param>
internal sealed record PlantedFault(Action<DoctorScene> Plant, string Side, int ExitCode, string? Image, params string[] Says)
{
    private const string Api = "shop/api:1";
    private const string New = "shop/new:1";

    /// <summary>Nothing listens on the discard port of a loopback address.</summary>
    private const string Nowhere = "http://127.0.0.1:9";

    public static IReadOnlyDictionary<string, PlantedFault> All { get; } = new Dictionary<string, PlantedFault>(StringComparer.Ordinal)
    {
        ["the source role does not trust us"] = new(s => s.SourceTrust = new RoleTrust { WebIdentitySubject = "system:serviceaccount:other:other" }, "source", 4, Api, "promoter-source cannot be assumed"),
        ["the target role does not exist for us"] = new(s => s.TargetTrust = new RoleTrust(), "target", 4, Api, "promoter-target cannot be assumed"),
        ["the token file of the web identity is missing"] = new(s => File.Delete(s.TokenFile), "source", 4, Api, "token file", "cannot be read"),
        ["the token of the web identity has expired"] = new(s => s.Aws.Clock.Advance(TimeSpan.FromDays(30)), "source", 4, Api, "cannot be assumed", "expired"),
        ["the source gives no password"] = Without("source", "ecr:GetAuthorizationToken", Api, "*"),
        ["the target gives no password"] = Without("target", "ecr:GetAuthorizationToken", Api, "*"),
        ["source manifests may not be read"] = Without("source", "ecr:BatchGetImage", Api),
        ["source layers may not be read"] = Without("source", "ecr:GetDownloadUrlForLayer", Api),
        ["the source repository does not let the other account in"] = new(
            s => s.SourceRoleAccount = "222222222222", "source", 4, Api, "resource-based policy", """{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::222222222222:role/promoter-source"},"Action":"ecr:BatchGetImage"}"""),
        ["target layers may not be looked for"] = Without("target", "ecr:BatchCheckLayerAvailability", Api),
        ["uploads may not begin"] = Without("target", "ecr:InitiateLayerUpload", Api),
        ["upload parts may not be sent"] = Without("target", "ecr:UploadLayerPart", Api),
        ["uploads may not end"] = Without("target", "ecr:CompleteLayerUpload", Api),
        ["manifests may not be written"] = Without("target", "ecr:PutImage", Api),
        ["manifests may not be written, as a rule alone shows"] = Without("target", "ecr:PutImage", image: null, "arn:aws:ecr:eu-west-1:222222222222:repository/shop/promoter-doctor"),
        ["an explicit deny"] = new(s => s.MoreTargetStatements.Add(IamStatement.Deny(["ecr:PutImage"])), "target", 4, Api, "explicit deny", "remove or narrow the deny"),
        ["repositories may not be created"] = Creating("ecr:CreateRepository"),
        ["new repositories may not be tagged"] = Creating("ecr:TagResource"),
        ["new repositories may not be given a lifecycle policy"] = Creating("ecr:PutLifecyclePolicy"),
        ["new repositories may not be given a policy"] = Creating("ecr:SetRepositoryPolicy"),
        ["nothing creates the target repository"] = new(s => s.Aws.Source.Push("shop/new", SampleImages.Single("new"), "1"), "target", 2, New, "shop/new", "does not exist", "configure createRepositories"),
        ["no template covers the target repository"] = new(
            s =>
            {
                s.Aws.Source.Push("shop/new", SampleImages.Single("new"), "1");
                s.CreateRepositories = "{ mode: rely-on-template }";
            },
            "target", 2, New, "no creation template for CREATE_ON_PUSH covers its name"),
        ["the source repository does not exist"] = new(s => s.Repositories = "shop/gone", "source", 3, null, "repository shop/gone", "does not exist in the source registry"),
        ["the image is not at the source"] = new(_ => { }, "source", 3, "shop/api:2", "is not at the source"),
        ["the image is archived at the source"] = new(s => s.Aws.Source.Archive("shop/api", s.Image.Digest), "source", 3, Api, "is archived at the source", "update-image-storage-class"),
        ["the tag is taken by another image"] = new(s => s.Aws.Target.Push("shop/api", SampleImages.Single("other"), "1"), "target", 5, Api, "tag 1"),
        ["the clock is ten minutes off"] = new(s => s.Aws.ApiClockSkew = TimeSpan.FromMinutes(10), "target", 4, Api, "this machine's clock is 10 min behind AWS's", "synchronise the clock"),
        ["the layer host does not answer"] = new(s => s.Aws.Faults.Inject(Effect.Reset(BodyPosition.Start), EmulatedAction.GetLayer, times: FaultScript.Always), "source", 6, Api, "layer host of shop/api"),
        ["the API of the target does not answer"] = new(s => s.TargetApi = Nowhere, "target", 6, Api, "did not reach the API", "VPC endpoint ecr.api"),
        ["the registry endpoint of the target does not answer"] = new(s => s.TargetEndpoint = Nowhere, "target", 6, null, "refused the connection"),
        ["the registry endpoint of the source does not answer"] = new(s => s.SourceEndpoint = Nowhere, "source", 6, Api, "refused the connection"),
        ["new repositories are to look like the source's, which may not be read"] = new(
            s =>
            {
                s.CreateRepositories = "{ copySettingsFromSource: true }";
                s.SourceActions.Remove("ecr:ListTagsForResource");
            },
            "source", 4, Api, "ecr:ListTagsForResource", """{"Effect":"Allow","Action":"ecr:ListTagsForResource","Resource":"arn:aws:ecr:eu-west-1:111111111111:repository/shop/api"}"""),
    };

    private static PlantedFault Without(string side, string action, string? image, string? resource = null) => new(
        s => (side == "source" ? s.SourceActions : s.TargetActions).Remove(action),
        side,
        4,
        image,
        action,
        Statement(action, resource ?? $"arn:aws:ecr:eu-west-1:{(side == "source" ? "111111111111" : "222222222222")}:repository/shop/api"));

    private static PlantedFault Creating(string action) => new(
        s =>
        {
            s.CreateEverything();
            s.TargetActions.Remove(action);
        },
        "target", 4, New, action, Statement(action, "arn:aws:ecr:eu-west-1:222222222222:repository/shop/new"));

    private static string Statement(string action, string resource) => $$"""{"Effect":"Allow","Action":"{{action}}","Resource":"{{resource}}"}""";
}
