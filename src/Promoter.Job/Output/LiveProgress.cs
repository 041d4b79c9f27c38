using System.Collections.Concurrent;
using Promoter.Copying;
using Promoter.Oci;
using Promoter.Registries;
using Spectre.Console;

namespace Promoter.Job.Output;

/// <summary>Live progress on a terminal: a bar per image with bytes, rate and time left (Spectre.Console, on stderr).</summary>
internal sealed class LiveProgress(IAnsiConsole console) : IProgressView
{
    private readonly ConcurrentDictionary<ImageCopy, ProgressTask> _tasks = new();

    public Task<T> ShowAsync<T>(IReadOnlyList<ImageCopy> images, Func<Task<T>> work) =>
        console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new DownloadedColumn(), new TransferSpeedColumn(), new RemainingTimeColumn())
            .StartAsync(context =>
            {
                foreach (var image in images) _tasks[image] = context.AddTask(Markup.Escape(Shorten(ImageName.Of(image))), maxValue: Math.Max(1, image.MissingBytes));
                return work();
            });

    public void BlobStarted(ImageCopy image, Descriptor blob)
    {
        // The bar of the image moves with its bytes.
    }

    public void BytesMoved(ImageCopy image, Descriptor blob, int bytes)
    {
        if (_tasks.TryGetValue(image, out var task)) task.Increment(bytes);
    }

    public void BlobFinished(ImageCopy image, Descriptor blob, BlobOutcome outcome)
    {
        // Mounted blobs move no bytes, and still bring the image nearer to its end.
        if (outcome != BlobOutcome.Copied && _tasks.TryGetValue(image, out var task)) task.Increment(blob.Size);
    }

    public void ManifestPushed(ImageCopy image, Manifest manifest)
    {
        // Manifests are too small for a bar.
    }

    public void Transferred(ImageCopy image)
    {
        if (_tasks.TryGetValue(image, out var task)) task.Value = task.MaxValue;
    }

    public void TagCommitted(ImageCopy image, Tag tag, Digest digest)
    {
        if (_tasks.TryGetValue(image, out var task)) task.Description = "[green]" + Markup.Escape(Shorten(ImageName.Of(image))) + "[/]";
    }

    public void Failed(ImageCopy image, Exception reason)
    {
        if (!_tasks.TryGetValue(image, out var task)) return;
        task.Description = "[red]" + Markup.Escape(Shorten(ImageName.Of(image))) + "[/]";
        task.StopTask();
    }

    // The end of a name tells images apart; registry hosts are long and alike.
    private static string Shorten(string name) => name.Length > 60 ? "…" + name[^59..] : name;
}
