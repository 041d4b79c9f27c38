using Promoter.Job.Output;
using Promoter.Promotion;
using Promoter.Registries;

namespace Promoter.Job.Doctor;

/// <summary>What a plan says of the images that are named: what keeps one of them from being promoted, and what would be done with the others.</summary>
internal static class PlanChecks
{
    public static IEnumerable<DoctorCheck> Of(PromotionPlan plan) => plan.Images.Select(Of);

    private static DoctorCheck Of(PlannedImage image)
    {
        var name = $"promotion of {image.Request.Target.Repository}{(image.Request.TargetTag is { } tag ? $":{tag}" : "")}";
        if (image.Failure is { } failure)
        {
            var side = (failure as RegistryException)?.Side ?? Side.Target;
            return new DoctorCheck(side, (side == Side.Source ? image.Request.Source : image.Request.Target).Registry, name, DoctorStatus.Fail, failure.Message) { ExitCode = ExitCodes.Of(failure) };
        }

        var todo = image.State switch
        {
            ImageState.UpToDate => "up to date",
            ImageState.TagMissing => "the content is there, the tag would be set",
            _ => $"{Count.Of(image.Copy!.MissingBlobs.Count, "blob")} ({ByteSize.Format(image.Copy.MissingBlobs.Sum(b => b.Size))}) would be copied",
        };
        return new DoctorCheck(Side.Target, image.Request.Target.Registry, name, DoctorStatus.Ok, $"{todo} ({image.Digest?.Short})");
    }
}
