using Promoter.Copying;

namespace Promoter.Job.Output;

/// <summary>Shows a run while it goes on: bars on a terminal, log lines elsewhere.</summary>
internal interface IProgressView : ICopyObserver
{
    /// <summary>Runs <paramref name="work"/> with the view open.</summary>
    Task<T> ShowAsync<T>(IReadOnlyList<ImageCopy> images, Func<Task<T>> work);
}
