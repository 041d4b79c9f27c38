using System.Collections.Concurrent;
using System.Text;
using Promoter.Promotion;

namespace Promoter.Tests.Promotion;

/// <summary>Every fault at every point of a promotion between two ECR registries, once and always: it ends byte-exact, or with an exit code and no tag moved.</summary>
public sealed class FaultMatrixTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Every_fault_at_every_point_ends_byte_exact_or_with_an_exit_code_and_no_tag_moved()
    {
        var results = new ConcurrentDictionary<FaultCell, string>();
        var problems = new ConcurrentQueue<string>();

        await Parallel.ForEachAsync(FaultMatrix.Cells(), new ParallelOptions { MaxDegreeOfParallelism = 12 }, async (cell, _) => results[cell] = await RunAsync(cell, problems));

        foreach (var (cell, result) in results.Where(r => r.Value != FaultMatrix.Expected(r.Key))) problems.Enqueue($"{cell}: ended '{result}', and '{FaultMatrix.Expected(cell)}' is right");
        Assert.True(problems.IsEmpty, string.Join('\n', problems));
        var table = Table(results);
        output.WriteLine(table);
        GoldenFile.Check("docs/fault-matrix.md", table);
    }

    private static async Task<string> RunAsync(FaultCell cell, ConcurrentQueue<string> problems)
    {
        await using var scene = await Scene.StartEcrAsync();
        scene.Options = (cell.Fault == "stall" ? Scene.ShortTimeouts : Scene.FastRetries) with
        {
            ChunkedUploadThreshold = cell.Point == "upload PATCH" ? FaultMatrix.LayerSize / 2 : long.MaxValue,
            ChunkSize = FaultMatrix.LayerSize / 4,
        };
        scene.Given(FaultMatrix.Image);
        var fault = FaultMatrix.Inject(cell, scene.Faults);

        var report = await scene.PromoteAsync();

        void Check(bool right, string what)
        {
            if (!right) problems.Enqueue($"{cell}: {what}\n    {report.Images[0].Failure?.ToString() ?? "no failure"}\n{scene.Requests}");
        }

        Check(fault.Hits > 0, "the fault never happened");
        if (report.ExitCode == ExitCode.Done)
        {
            Check(scene.Target.FindProblems(Scene.Repository, "1.0") is [], "the target is not complete: " + string.Join("; ", scene.Target.FindProblems(Scene.Repository, "1.0")));
            Check(scene.Target.DigestOf(Scene.Repository, "1.0") == FaultMatrix.Image.Digest, "the tag has another digest");
            return FaultMatrix.Whole;
        }

        Check(scene.Target.DigestOf(Scene.Repository, "1.0") is null, $"exit code {(int)report.ExitCode}, and the tag has moved");
        Check(report.Images[0].Failure is not null, "no failure is reported");
        fault.Remove();
        var again = await scene.PromoteAsync();
        Check(again.ExitCode == ExitCode.Done && scene.Target.FindProblems(Scene.Repository, "1.0") is [], $"the next run did not finish: {again.Images[0].Failure}");
        return ((int)report.ExitCode).ToString();
    }

    private static string Table(ConcurrentDictionary<FaultCell, string> results)
    {
        var text = new StringBuilder();
        text.Append(
            """
            # Fault matrix

            What becomes of a promotion between two emulated ECR registries when something goes wrong, at every request that it consists of. Each cell is run
            twice: the fault happens once / the fault happens every time. `whole`: exit code 0, and the target is byte-exact. A number: the run ended with that exit code
            (1 damaged content or a broken protocol, 4 access denied, 6 unavailable after all retries), no tag had moved, and the next run without the fault finished
            the work. `·`: the fault cannot happen there; the reasons are below. Within the body of a blob a status is what the request gets that resumes after a
            break at that byte. Retries are set to 3 here. `UPDATE_GOLDEN=1 dotnet test tests/Promoter.Shared.Tests` rewrites this file.


            """);
        text.Append("| |").AppendJoin('|', FaultMatrix.Points.Select(p => $" {p} ")).Append("|\n");
        text.Append("| --- |").AppendJoin('|', FaultMatrix.Points.Select(_ => " --- ")).Append("|\n");
        foreach (var fault in FaultMatrix.Faults)
        {
            text.Append($"| {fault} |").AppendJoin('|', FaultMatrix.Points.Select(point => $" {Cell(results, fault, point)} ")).Append("|\n");
        }

        text.Append($"\n{results.Count} cells: {results.Count(r => r.Value == FaultMatrix.Whole)} end whole, {results.Count(r => r.Value != FaultMatrix.Whole)} end with an exit code and no tag moved.\n");
        text.Append("\n## Cells that cannot be\n\n| fault | where | why not |\n| --- | --- | --- |\n");
        foreach (var group in ImpossibleCells().GroupBy(c => (c.Fault, c.Reason))) text.Append($"| {group.Key.Fault} | {string.Join(", ", group.Select(c => c.Point))} | {group.Key.Reason} |\n");
        text.Append(
            """

            ## What it sees of a broken engine

            Lines were broken on purpose, one at a time, to see which test notices; each is a mutant now (`make mutants`).

            | broken | cells that fail | noticed by |
            | --- | ---: | --- |
            | a blob whose answer was lost counts as stored without a look | 22 | this matrix |
            | a manifest or tag whose answer was lost counts as there where it is not | 12 | this matrix |
            | the digest of a blob is not verified | 0: the registry verifies it too | `ResumeTests` |
            | manifests do not wait for their blobs | 0: the registry refuses them, and what is missing is sent again | `OrderTests`, `ImageCopierTests`, and the kill test, whose target believes everything |

            """);
        return text.ToString();
    }

    private static IEnumerable<(string Fault, string Point, string Reason)> ImpossibleCells() =>
        from fault in FaultMatrix.Faults
        from point in FaultMatrix.Points
        let reason = FaultMatrix.WhyNot(fault, point)
        where reason is not null
        select (fault, point, reason);

    private static string Cell(ConcurrentDictionary<FaultCell, string> results, string fault, string point) =>
        FaultMatrix.WhyNot(fault, point) is null ? $"{results[new FaultCell(fault, point, false)]} / {results[new FaultCell(fault, point, true)]}" : "·";
}
