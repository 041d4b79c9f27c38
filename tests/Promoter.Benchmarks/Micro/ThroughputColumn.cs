using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Promoter.Benchmarks.Micro;

/// <summary>MiB per second of benchmarks whose unit of work is one MiB (<see cref="CopyLoopBenchmarks"/>).</summary>
internal sealed class ThroughputColumn : IColumn
{
    public string Id => nameof(ThroughputColumn);

    public string ColumnName => "MiB/s";

    public bool AlwaysShow => false;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public string Legend => "MiB that are copied in a second";

    public bool IsAvailable(Summary summary) => summary.BenchmarksCases.Any(IsPerMebibyte);

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) =>
        IsPerMebibyte(benchmarkCase) && summary[benchmarkCase]?.ResultStatistics is { } statistics ? (1e9 / statistics.Mean).ToString("F0", CultureInfo.InvariantCulture) : "-";

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

    private static bool IsPerMebibyte(BenchmarkCase benchmarkCase) => benchmarkCase.Descriptor.Type == typeof(CopyLoopBenchmarks);
}
