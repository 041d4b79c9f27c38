using System.Text.Json.Nodes;

namespace Promoter.FakeApiServer;

/// <summary>A refusal, as the API server words it: a <c>v1.Status</c>.</summary>
public sealed class ApiException(int code, string reason, string message) : Exception(message)
{
    public int Code => code;

    public JsonObject Status => new()
    {
        ["kind"] = "Status",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject(),
        ["status"] = "Failure",
        ["message"] = Message,
        ["reason"] = reason,
        ["code"] = code,
    };

    public static ApiException NotFound(ApiPath path) => new(404, "NotFound", $"{path.Plural} \"{path.Name}\" not found");

    public static ApiException AlreadyExists(string plural, string name) => new(409, "AlreadyExists", $"{plural} \"{name}\" already exists");

    public static ApiException Conflict(ApiPath path) => new(
        409,
        "Conflict",
        $"Operation cannot be fulfilled on {path.Plural} \"{path.Name}\": the object has been modified; please apply your changes to the latest version and try again");

    public static ApiException Invalid(string message) => new(422, "Invalid", message);

    public static ApiException Expired(long oldest) => new(410, "Expired", $"too old resource version: the oldest that is kept is {oldest}");
}
