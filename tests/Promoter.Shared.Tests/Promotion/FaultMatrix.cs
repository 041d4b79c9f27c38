using Promoter.Emulator.Faults;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;

namespace Promoter.Tests.Promotion;

/// <summary>One cell of the fault matrix: what goes wrong, where, and how often.</summary>
internal sealed record FaultCell(string Fault, string Point, bool Always)
{
    public override string ToString() => $"{Fault} at {Point}, {(Always ? "always" : "once")}";
}

/// <summary>The faults, the points at which they can happen, and how the emulator is told so.</summary>
internal static class FaultMatrix
{
    public const string Whole = "whole";
    public const int LayerSize = 40_000;

    public static readonly string[] Faults =
    [
        "reset", "truncation", "stall", "500", "503 + Retry-After", "429", "expired token", "expired URL", "wrong bytes", "wrong length", "lost answer",
    ];

    public static readonly string[] Points =
    [
        "manifest GET", "blob GET 0 %", "blob GET 1 byte", "blob GET 50 %", "blob GET last byte", "upload POST", "upload PATCH", "upload PUT", "manifest PUT", "tag PUT",
    ];

    public static BuiltImage Image { get; } = new IndexBuilder().Add(
        new ImageBuilder().WithRandomLayer(LayerSize, 1).Build(),
        new ImageBuilder().ForPlatform("linux", "arm64").WithRandomLayer(1000, 2).Build()).Build();

    private static string Layer { get; } = Image.AllBlobs().Single(b => b.Value.Length == LayerSize).Key;

    /// <summary>Why the fault cannot happen there; null where it can.</summary>
    public static string? WhyNot(string fault, string point) => fault switch
    {
        "expired URL" when !point.StartsWith("blob GET", StringComparison.Ordinal) => "only layers are fetched by presigned URL; every other request goes to the registry itself",
        "wrong bytes" or "wrong length" when point == "upload POST" => "the request that opens an upload has no body, and its answer none that is read",
        "lost answer" when point.EndsWith("GET", StringComparison.Ordinal) || point.StartsWith("blob GET", StringComparison.Ordinal) => "reading commits nothing; an answer that does not come is the reset",
        _ => null,
    };

    /// <summary>
    /// What is right: a fault that passes costs nothing but time; one that stays gives the exit code of its kind, unless the work was done and only the
    /// answers were lost. A part of a blob that is too short is resumed where it ended, like one that was cut off.
    /// </summary>
    public static string Expected(FaultCell cell) => cell switch
    {
        { Always: false } => Whole,
        { Fault: "wrong length" } when InBody(cell.Point) => "6",
        { Fault: "wrong bytes" or "wrong length" } => "1",
        { Fault: "expired token" } => "4",
        { Fault: "lost answer", Point: "upload PUT" or "manifest PUT" or "tag PUT" } => Whole,
        _ => "6",
    };

    public static IEnumerable<FaultCell> Cells() =>
        from fault in Faults
        from point in Points
        where WhyNot(fault, point) is null
        from always in new[] { false, true }
        select new FaultCell(fault, point, always);

    /// <summary>Scripts the fault. A status has no place within a body: there the connection breaks at that byte, and the request that resumes meets the status.</summary>
    public static InjectedFault Inject(FaultCell cell, FaultScript script)
    {
        if (!InBody(cell.Point) || IsOfBody(cell.Fault)) return script.Inject(EffectOf(cell.Fault, cell.Point), request => IsAt(request, cell), times: Times(cell));
        var broken = script.Inject(EffectOf("reset", cell.Point), request => IsAt(request, cell with { Fault = "reset" }));
        return script.Inject(EffectOf(cell.Fault, cell.Point), request => broken.Hits > 0 && IsAt(request, cell), times: Times(cell));
    }

    private static int Times(FaultCell cell) => cell.Always ? FaultScript.Always : 1;

    private static bool IsOfBody(string fault) => fault is "reset" or "truncation" or "stall" or "wrong bytes";

    private static bool InBody(string point) => point is "blob GET 1 byte" or "blob GET 50 %" or "blob GET last byte";

    private static Effect EffectOf(string fault, string point)
    {
        var at = point switch
        {
            "blob GET 0 %" or "upload POST" => BodyPosition.Start,
            "blob GET 1 byte" => BodyPosition.Byte(1),
            "blob GET last byte" => BodyPosition.LastByte,
            _ => BodyPosition.Percent(50),
        };
        return fault switch
        {
            "reset" => Effect.Reset(at),
            "truncation" => Effect.Truncate(at),
            "stall" => Effect.Stall(at),
            "500" => Effect.Status(500),
            "503 + Retry-After" => Effect.Status(503, TimeSpan.FromSeconds(1)),
            "429" => Effect.Status(429),
            "expired token" => Effect.ExpiredToken,
            "expired URL" => Effect.ExpiredUrl,
            "wrong bytes" => Effect.WrongBytes(at),
            "wrong length" => Effect.WrongLength(),
            "lost answer" => Effect.AnswerLost,
            _ => throw new ArgumentOutOfRangeException(nameof(fault)),
        };
    }

    // Bodies of blobs come from the layer host; a token is shown, and an expired URL handed out, at the registry itself.
    private static bool IsAt(RecordedRequest request, FaultCell cell) => cell.Point switch
    {
        "manifest GET" => request.Action == EmulatedAction.GetManifest,
        "upload POST" => request.Action == EmulatedAction.StartUpload,
        "upload PATCH" => request.Action == EmulatedAction.WriteChunk,
        "upload PUT" => request.Action == EmulatedAction.FinishUpload && request.Reference == Layer,
        "manifest PUT" => request.Action == EmulatedAction.PutManifest,
        "tag PUT" => request.Action == EmulatedAction.PutTag,
        _ => request.Action == (cell.Fault is "expired token" or "expired URL" ? EmulatedAction.GetBlob : EmulatedAction.GetLayer) && request.Reference == Layer,
    };
}
