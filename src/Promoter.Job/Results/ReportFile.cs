using Promoter.Promotion;

namespace Promoter.Job.Results;

/// <summary>The JSON report in a file.</summary>
internal sealed class ReportFile(string path) : IResultReceiver
{
    public string Name => $"report file {path}";

    /// <exception cref="PromotionException">There is no such directory: better known before the run than after it.</exception>
    public static ReportFile At(string path)
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(path));
        return Directory.Exists(directory) && !Directory.Exists(path)
            ? new ReportFile(path)
            : throw new PromotionException(ExitCode.Usage, $"the report cannot be written to {path}: {(Directory.Exists(path) ? "that is a directory" : $"there is no directory {directory}")}");
    }

    public bool Wants(RunResult result) => true;

    public async Task ReceiveAsync(RunResult result, CancellationToken cancellationToken)
    {
        try
        {
            // Whoever watches the file never sees half of it.
            var whole = path + ".part";
            await File.WriteAllTextAsync(whole, result.Json() + "\n", cancellationToken);
            File.Move(whole, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ResultNotDeliveredException(e.Message, e);
        }
    }

    public void Dispose()
    {
        // Holds nothing open.
    }
}
