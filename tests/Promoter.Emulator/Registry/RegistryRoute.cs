using System.Text.RegularExpressions;
using Promoter.Emulator.Recording;

namespace Promoter.Emulator.Registry;

/// <summary>A request's path, read as the distribution spec has it ("Endpoints"): repository names contain slashes, so no route template fits.</summary>
internal sealed partial record RegistryRoute(EmulatedAction Action, string Repository = "", string Reference = "", string UploadId = "")
{
    public static RegistryRoute Parse(HttpRequest request)
    {
        var path = request.Path.Value ?? "";
        var method = request.Method.ToUpperInvariant();
        if (path is "/v2" or "/v2/") return new RegistryRoute(EmulatedAction.Ping);
        if (path == "/token") return new RegistryRoute(EmulatedAction.GetToken);
        if (path == "/v2/_catalog") return new RegistryRoute(EmulatedAction.ListRepositories);
        var segments = path.Split('/');
        if (segments.Length < 5 || segments[1] != "v2") return new RegistryRoute(EmulatedAction.Unknown);
        var last = segments[^1];
        return segments[^2] switch
        {
            "manifests" => new RegistryRoute(Manifest(method, last), Name(segments, 2), last),
            "referrers" when method == "GET" => new RegistryRoute(EmulatedAction.ListReferrers, Name(segments, 2), last),
            "tags" when last == "list" && method == "GET" => new RegistryRoute(EmulatedAction.ListTags, Name(segments, 2)),
            "uploads" when segments[^3] == "blobs" => Upload(method, Name(segments, 3), last, request.Query),
            "blobs" when last == "uploads" => Upload(method, Name(segments, 2), "", request.Query),
            "blobs" => new RegistryRoute(Blob(method), Name(segments, 2), last),
            _ => new RegistryRoute(EmulatedAction.Unknown),
        };
    }

    public static bool IsValidName(string name) => name.Length is > 0 and <= 255 && NamePattern().IsMatch(name);

    private static string Name(string[] segments, int tail) => string.Join('/', segments[2..^tail]);

    private static EmulatedAction Manifest(string method, string reference) => method switch
    {
        "HEAD" => EmulatedAction.HeadManifest,
        "GET" => EmulatedAction.GetManifest,
        "PUT" => reference.Contains(':', StringComparison.Ordinal) ? EmulatedAction.PutManifest : EmulatedAction.PutTag,
        "DELETE" => EmulatedAction.DeleteManifest,
        _ => EmulatedAction.Unknown,
    };

    private static EmulatedAction Blob(string method) => method switch
    {
        "HEAD" => EmulatedAction.HeadBlob,
        "GET" => EmulatedAction.GetBlob,
        "DELETE" => EmulatedAction.DeleteBlob,
        _ => EmulatedAction.Unknown,
    };

    private static RegistryRoute Upload(string method, string repository, string id, IQueryCollection query)
    {
        var mount = query["mount"].ToString();
        var action = (method, id) switch
        {
            ("POST", "") => mount.Length > 0 ? EmulatedAction.Mount : EmulatedAction.StartUpload,
            ("PATCH", not "") => EmulatedAction.WriteChunk,
            ("PUT", not "") => EmulatedAction.FinishUpload,
            ("GET", not "") => EmulatedAction.UploadStatus,
            ("DELETE", not "") => EmulatedAction.CancelUpload,
            _ => EmulatedAction.Unknown,
        };
        return new RegistryRoute(action, repository, mount.Length > 0 ? mount : query["digest"].ToString(), id);
    }

    [GeneratedRegex("^[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*$")]
    private static partial Regex NamePattern();
}
