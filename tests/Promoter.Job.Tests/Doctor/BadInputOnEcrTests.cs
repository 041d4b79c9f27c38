using Promoter.Emulator.Recording;

namespace Promoter.Job.Tests.Doctor;

/// <summary>What ECR could never accept is named before any byte moves.</summary>
public sealed class BadInputOnEcrTests
{
    public static TheoryData<string> Inputs => [.. BadInput.All.Keys];

    [Theory]
    [MemberData(nameof(Inputs))]
    public async Task It_is_named_before_any_byte_moves(string input)
    {
        await using var scene = await DoctorScene.StartAsync();
        var bad = BadInput.All[input];
        bad.Give(scene);

        var result = await scene.RunAsync("promote", scene.To(bad.Image));

        Assert.True(result.ExitCode == bad.ExitCode, result.ToString());
        Assert.All(bad.Says, words => Assert.True((result.Output + result.Error).Contains(words, StringComparison.Ordinal), $"'{words}' is not said\n{result}"));
        Assert.Equal(0, scene.Aws.Requests.Count(EmulatedAction.GetBlob) + scene.Aws.Requests.Count(EmulatedAction.GetLayer));
        Assert.DoesNotContain(scene.Aws.Requests.Where(EmulatedAction.StartUpload), r => r.Status is >= 200 and < 300);
        Assert.Equal(0, scene.Aws.Requests.Count(EmulatedAction.PutManifest) + scene.Aws.Requests.Count(EmulatedAction.PutTag));
        Assert.Equal(["shop/api"], scene.Aws.Target.Repositories);
    }
}
