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

    /// <summary>Whether the fault can happen there at all.</summary>
    public static bool IsMeaningful(string fault, string point) => fault switch
    {
        "reset" or "truncation" or "stall" => true,
        "500" or "503 + Retry-After" or "429" or "expired token" => !InBody(point),
        "expired URL" => point == "blob GET 0 %",
        "wrong bytes" => point is not "upload POST",
        "wrong length" => point is not "upload POST" && !InBody(point),
        "lost answer" => point.Contains('P') && !point.StartsWith("blob", StringComparison.Ordinal),
        _ => throw new ArgumentOutOfRangeException(nameof(fault)),
    };

    public static IEnumerable<FaultCell> Cells() =>
        from fault in Faults
        from point in Points
        where IsMeaningful(fault, point)
        from always in new[] { false, true }
        select new FaultCell(fault, point, always);

    public static InjectedFault Inject(FaultCell cell, FaultScript script) =>
        script.Inject(EffectOf(cell.Fault, cell.Point), request => IsAt(request, cell), times: cell.Always ? FaultScript.Always : 1);

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
