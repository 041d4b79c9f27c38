using Microsoft.Extensions.Logging;
using Promoter.Copying;
using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Job.Output;

/// <summary>Progress where no terminal is: one log line per event that a person looks for later.</summary>
internal sealed partial class ProgressLog(ILogger<ProgressLog> logger) : IProgressView
{
    public Task<T> ShowAsync<T>(IReadOnlyList<ImageCopy> images, Func<Task<T>> work)
    {
        foreach (var image in images) Log.Started(logger, ImageName.Of(image), image.MissingBlobs.Count, image.MissingBytes, image.MissingManifests.Count);
        return work();
    }

    public void BlobStarted(ImageCopy image, Descriptor blob) => Log.BlobStarted(logger, blob.Digest.ToString(), blob.Size, ImageName.Of(image));

    public void BytesMoved(ImageCopy image, Descriptor blob, int bytes)
    {
        // A line per buffer would be noise: finished blobs are logged.
    }

    public void BlobFinished(ImageCopy image, Descriptor blob, BlobOutcome outcome) =>
        Log.BlobFinished(logger, blob.Digest.ToString(), blob.Size, Words(outcome), ImageName.Of(image));

    public void ManifestPushed(ImageCopy image, Manifest manifest) => Log.ManifestPushed(logger, manifest.Digest.ToString(), ImageName.Of(image));

    public void Transferred(ImageCopy image) => Log.Transferred(logger, ImageName.Of(image));

    public void TagCommitted(ImageCopy image, Tag tag, Digest digest) => Log.TagCommitted(logger, tag.ToString(), $"{image.Target.Host}/{image.Target.Name}", digest.ToString());

    public void Failed(ImageCopy image, Exception reason) => Log.Failed(logger, ImageName.Of(image), reason.Message);

    private static string Words(BlobOutcome outcome) => outcome switch
    {
        BlobOutcome.Copied => "copied",
        BlobOutcome.Mounted => "mounted",
        _ => "found at the target",
    };

    private static partial class Log
    {
        [LoggerMessage(3000, LogLevel.Information, "{Image} needs {Blobs} blobs ({Bytes} bytes) and {Manifests} manifests")]
        public static partial void Started(ILogger logger, string image, int blobs, long bytes, int manifests);

        [LoggerMessage(3001, LogLevel.Debug, "Blob {Digest} ({Bytes} bytes) of {Image} started")]
        public static partial void BlobStarted(ILogger logger, string digest, long bytes, string image);

        [LoggerMessage(3002, LogLevel.Information, "Blob {Digest} ({Bytes} bytes) {Outcome} for {Image}")]
        public static partial void BlobFinished(ILogger logger, string digest, long bytes, string outcome, string image);

        [LoggerMessage(3003, LogLevel.Debug, "Manifest {Digest} pushed for {Image}")]
        public static partial void ManifestPushed(ILogger logger, string digest, string image);

        [LoggerMessage(3004, LogLevel.Information, "{Image} is complete at the target, its tag follows")]
        public static partial void Transferred(ILogger logger, string image);

        [LoggerMessage(3005, LogLevel.Information, "Tag {Tag} of {Repository} points to {Digest}")]
        public static partial void TagCommitted(ILogger logger, string tag, string repository, string digest);

        [LoggerMessage(3006, LogLevel.Error, "{Image} failed: {Reason}")]
        public static partial void Failed(ILogger logger, string image, string reason);
    }
}
