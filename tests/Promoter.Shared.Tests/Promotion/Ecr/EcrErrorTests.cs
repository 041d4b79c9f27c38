using Promoter.Aws;
using Promoter.Emulator.Faults;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;
using Promoter.Promotion;
using Promoter.Registries;

namespace Promoter.Tests.Promotion.Ecr;

/// <summary>Every error of ECR that can be repaired is repaired once, without a person; the rest is one sentence with the request id.</summary>
public sealed class EcrErrorTests
{
    /// <summary>An answer that comes once, and after which the promotion is to end well.</summary>
    public static TheoryData<string, EmulatedAction, int, string?, string?> Repairable => new()
    {
        { "the token has expired", EmulatedAction.StartUpload, 403, "DENIED", "Your authorization token has expired. Reauthenticate and try again." },
        { "the token has expired, as a challenge", EmulatedAction.GetManifest, 401, "UNAUTHORIZED", "Not Authorized" },
        { "PutImage is throttled", EmulatedAction.PutTag, 429, "TOOMANYREQUESTS", "Rate exceeded" },
        { "InitiateLayerUpload is throttled", EmulatedAction.StartUpload, 429, "TOOMANYREQUESTS", "Rate exceeded" },
        { "GetDownloadUrlForLayer is throttled", EmulatedAction.GetBlob, 429, "TOOMANYREQUESTS", "Rate exceeded" },
        { "the upload session is lost", EmulatedAction.FinishUpload, 404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry" },
        { "the session stands elsewhere", EmulatedAction.FinishUpload, 416, "BLOB_UPLOAD_INVALID", "First byte of the layer part is 0 instead of 17" },
        { "the layer arrived damaged", EmulatedAction.FinishUpload, 400, "DIGEST_INVALID", "provided digest did not match uploaded content" },
        { "ECR fails after the last chunk", EmulatedAction.FinishUpload, 500, "UNKNOWN", "Internal error" },
        { "ECR is away for a moment", EmulatedAction.GetManifest, 503, null, null },
        { "the presigned URL has expired", EmulatedAction.GetLayer, 403, "AccessDenied", "Request has expired" },
        { "the layer host is overloaded", EmulatedAction.GetLayer, 503, "SlowDown", "Please reduce your request rate." },
    };

    [Theory]
    [MemberData(nameof(Repairable))]
    public async Task An_error_that_can_be_repaired_is_repaired_once(string what, EmulatedAction at, int status, string? code, string? message)
    {
        await using var scene = await SceneAsync();
        var fault = scene.Aws.Faults.Inject(Effect.Status(status, code, message), at, times: 1);

        var report = await scene.PromoteAsync("shop/web:1");

        Assert.True(report.ExitCode == ExitCode.Done, $"{what}: {report.Images[0].Failure?.Message}");
        Assert.True(fault.Hits == 1, $"{what}: the fault was never met");
        Assert.Empty(scene.Aws.Target.FindProblems("shop/web", "1"));
    }

    /// <summary>An answer that does not change, the exit code and what has to be said.</summary>
    public static TheoryData<EmulatedAction, int, string, string, ExitCode, string> Final => new()
    {
        { EmulatedAction.PutTag, 405, "UNSUPPORTED", "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax'", ExitCode.Unexpected, "Invalid JSON syntax" },
        { EmulatedAction.PutTag, 400, "LIMIT_EXCEEDED", "The maximum number of images in the repository has been reached", ExitCode.Unexpected, "maximum number of images" },
        { EmulatedAction.PutTag, 404, "NAME_UNKNOWN", "The repository with name 'shop/web' does not exist in the registry with id '222222222222'", ExitCode.Usage, "createRepositories" },
        { EmulatedAction.PutTag, 429, "TOOMANYREQUESTS", "Rate exceeded", ExitCode.Unavailable, "Rate exceeded" },
        { EmulatedAction.PutTag, 403, "DENIED", "denied by a proxy", ExitCode.AccessDenied, "ecr:PutImage on arn:aws:ecr:eu-west-1:222222222222:repository/shop/web" },
        { EmulatedAction.StartUpload, 500, "UNKNOWN", "Internal error", ExitCode.Unavailable, "500" },
        { EmulatedAction.StartUpload, 403, "DENIED", "Your authorization token has expired. Reauthenticate and try again.", ExitCode.AccessDenied, "token" },
        { EmulatedAction.GetManifest, 404, "MANIFEST_UNKNOWN", "Requested image not found", ExitCode.MissingAtSource, "is not at the source" },
    };

    [Theory]
    [MemberData(nameof(Final))]
    public async Task What_cannot_be_repaired_is_one_sentence_with_the_request_id(EmulatedAction at, int status, string code, string message, ExitCode exitCode, string says)
    {
        await using var scene = await SceneAsync();
        scene.Options = scene.Options with { Retries = 1 };
        scene.Aws.Faults.Inject(Effect.Status(status, code, message), at, times: FaultScript.Always);

        var report = await scene.PromoteAsync("shop/web:1");

        var failure = Assert.IsType<RegistryException>(Assert.Single(report.Images).Failure);
        Assert.True(report.ExitCode == exitCode, failure.Message);
        Assert.Contains(says, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
        if (exitCode != ExitCode.MissingAtSource) Assert.Matches(@"\(request id [0-9a-f-]{36}\)", failure.Message);
        Assert.Null(scene.Aws.Target.DigestOf("shop/web", "1"));
    }

    /// <summary>Errors of the JSON API by their code, on the call that creates the repository.</summary>
    [Theory]
    [InlineData("LimitExceededException", "The operation did not succeed because it would have exceeded a service limit for your account", ExitCode.Unexpected, "exceeds a quota of the account")]
    [InlineData("KmsException", "The operation failed due to a KMS exception", ExitCode.AccessDenied, "its KMS key cannot be used")]
    [InlineData("InvalidTagParameterException", "An invalid parameter has been specified. Tag keys can have a maximum character length of 128", ExitCode.Unexpected, "InvalidTagParameterException")]
    [InlineData("TooManyTagsException", "The list of tags on the repository is over the limit", ExitCode.Unexpected, "TooManyTagsException")]
    [InlineData("ServerException", "These errors are usually caused by a server-side issue", ExitCode.Unavailable, "failed with HTTP 500")]
    [InlineData("ThrottlingException", "Rate exceeded", ExitCode.Unavailable, "was throttled")]
    [InlineData("ExpiredTokenException", "The security token included in the request is expired", ExitCode.AccessDenied, "have expired and were not renewed")]
    [InlineData("UnrecognizedClientException", "The security token included in the request is invalid", ExitCode.AccessDenied, "is not known in partition aws")]
    [InlineData("InvalidSignatureException", "The request signature we calculated does not match", ExitCode.AccessDenied, "the secret key of")]
    [InlineData("BlockedByOrganizationPolicyException", "The operation did not succeed because the account is managed by a organization policy", ExitCode.AccessDenied, "is denied to role")]
    public async Task An_error_of_the_API_is_one_sentence_with_the_request_id(string code, string message, ExitCode exitCode, string says)
    {
        await using var scene = await SceneAsync(creates: true);
        scene.CreateRepositories = new RepositoryCreationOptions();
        scene.Aws.Faults.Inject(Effect.Status(code == "ServerException" ? 500 : 400, code, message), EmulatedAction.EcrApi, operation: "CreateRepository", times: FaultScript.Always);

        var report = await scene.PromoteAsync("shop/web:1");

        var failure = Assert.IsType<RegistryException>(Assert.Single(report.Images).Failure);
        Assert.True(report.ExitCode == exitCode, failure.Message);
        Assert.Contains(says, failure.Message, StringComparison.Ordinal);
        Assert.Contains("222222222222.dkr.ecr.eu-west-1.amazonaws.com", failure.Message, StringComparison.Ordinal);
        Assert.Matches(@"\(request [0-9a-f-]{36}\)", failure.Message);
        Assert.DoesNotContain('\n', failure.Message);
        Assert.Equal(0, scene.Requests.Count(EmulatedAction.StartUpload));
    }

    [Fact]
    public async Task An_index_whose_child_is_gone_is_repaired_from_the_list_that_ECR_gives()
    {
        await using var scene = await EcrScene.StartAsync();
        var image = scene.Aws.Source.Push("shop/web", SampleImages.TwoPlatforms("web"), "1");
        scene.Aws.Target.CreateRepository("shop/web");
        scene.Referrers = Promoter.Copying.ReferrerSelection.None;
        var children = image.AllManifests().Select(m => m.Digest).Where(d => d != image.Digest).ToList();
        var released = new TaskCompletionSource();
        scene.Aws.Faults.Inject(Effect.Hold(released.Task), EmulatedAction.PutTag, times: 1);

        var run = scene.PromoteAsync("shop/web:1");
        await scene.Requests.WaitForAsync(r => r.Action == EmulatedAction.PutTag, TestContext.Current.CancellationToken);
        var before = scene.Requests.Count(EmulatedAction.HeadManifest, account: "222222222222");
        scene.Aws.Target.RemoveManifest("shop/web", children[0]);
        released.SetResult();
        var report = await run;

        Assert.True(report.ExitCode == ExitCode.Done, report.Images[0].Failure?.Message);
        Assert.Empty(scene.Aws.Target.FindProblems("shop/web", "1"));
        Assert.Equal([2, 1], children.Select(child => scene.Requests.Count(EmulatedAction.PutManifest, reference: child)));
        Assert.Equal(before, scene.Requests.Count(EmulatedAction.HeadManifest, account: "222222222222"));
    }

    private static async Task<EcrScene> SceneAsync(bool creates = false)
    {
        var scene = await EcrScene.StartAsync();
        scene.Aws.Source.Push("shop/web", SampleImages.Single("web"), "1");
        if (!creates) scene.Aws.Target.CreateRepository("shop/web");
        return scene;
    }
}
