using System.Collections.Frozen;
using Promoter.Registries;

namespace Promoter.Aws;

/// <summary>
/// How often ECR lets an account use each action in a region by default (user guide, "Amazon ECR service quotas"). We stay at 80 %, because
/// nodes that pull and pipelines that push share the same quotas.
/// </summary>
public static class EcrQuotas
{
    public const double Share = 0.8;

    /// <summary>Requests per second that AWS grants by default.</summary>
    public static FrozenDictionary<RegistryAction, double> Defaults { get; } = new Dictionary<RegistryAction, double>
    {
        [RegistryAction.ReadManifest] = 2000,
        [RegistryAction.WriteManifest] = 10,
        [RegistryAction.CheckBlob] = 1000,
        [RegistryAction.ReadBlob] = 3000,
        [RegistryAction.StartUpload] = 100,
        [RegistryAction.WriteChunk] = 500,
        [RegistryAction.FinishUpload] = 100,
        // No quota of its own is documented; the action is authorised and counted as BatchGetImage.
        [RegistryAction.ListReferrers] = 2000,
    }.ToFrozenDictionary();

    /// <summary>The IAM action behind a kind of request.</summary>
    public static string ActionOf(RegistryAction action) => action switch
    {
        RegistryAction.ReadManifest or RegistryAction.ListReferrers => EcrActions.BatchGetImage,
        RegistryAction.WriteManifest => EcrActions.PutImage,
        RegistryAction.CheckBlob => EcrActions.BatchCheckLayerAvailability,
        RegistryAction.ReadBlob => EcrActions.GetDownloadUrlForLayer,
        RegistryAction.StartUpload => EcrActions.InitiateLayerUpload,
        RegistryAction.WriteChunk => EcrActions.UploadLayerPart,
        RegistryAction.FinishUpload => EcrActions.CompleteLayerUpload,
        _ => throw new ArgumentOutOfRangeException(nameof(action), action, "not a kind of registry request"),
    };
}
