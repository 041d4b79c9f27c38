using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Promoter.FakeApiServer;

/// <summary>What Kubernetes checks beyond the schema, for the kinds that this project writes.</summary>
internal static partial class ObjectRules
{
    public static void Check(ApiPath path, JsonObject item)
    {
        switch (path.Plural)
        {
            case "leases":
                CheckLease(item);
                break;
            case "events":
                CheckEvent(path, item);
                break;
            case "secrets" when item["type"]?.GetValue<string>() is "kubernetes.io/tls" && (item["data"]?["tls.crt"] is null || item["data"]?["tls.key"] is null):
                throw ApiException.Invalid("data[tls.crt]: Required value");
        }
    }

    /// <summary>Selectors of fields are known by kind; any other is a bad request (conversion.go, AddFieldLabelConversionsFor…).</summary>
    public static void CheckSelector(ApiPath path, string fields)
    {
        foreach (var term in fields.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var field = term.Split('=', '!')[0];
            string[] known = path.Plural switch
            {
                "pods" => ["metadata.name", "metadata.namespace", "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork", "status.phase", "status.podIP", "status.nominatedNodeName"],
                "jobs" => ["metadata.name", "metadata.namespace", "status.successful"],
                _ => ["metadata.name", "metadata.namespace"],
            };
            if (!known.Contains(field, StringComparer.Ordinal)) throw new ApiException(400, "BadRequest", $"field label not supported: {field}");
        }
    }

    // pkg/apis/coordination/validation, and metav1.MicroTime, which reads nothing but six decimals.
    private static void CheckLease(JsonObject lease)
    {
        var spec = lease["spec"];
        if (spec?["leaseDurationSeconds"] is { } duration && duration.GetValue<int>() <= 0) throw ApiException.Invalid("spec.leaseDurationSeconds: must be greater than 0");
        if (spec?["leaseTransitions"] is { } transitions && transitions.GetValue<int>() < 0) throw ApiException.Invalid("spec.leaseTransitions: must be greater than or equal to 0");
        foreach (var name in (string[])["acquireTime", "renewTime"])
        {
            if (spec?[name] is { } when && !MicroTime.IsMatch(when.GetValue<string>())) throw new ApiException(400, "BadRequest", $"parsing time \"{when}\" as \"2006-01-02T15:04:05.000000Z07:00\"");
        }
    }

    // pkg/apis/core/validation/events.go.
    private static void CheckEvent(ApiPath path, JsonObject item)
    {
        var about = item["involvedObject"]?["namespace"]?.GetValue<string>();
        if (path.Namespace != (about is { Length: > 0 } ? about : "default")) throw ApiException.Invalid("involvedObject.namespace: Invalid value: does not match event.namespace");
    }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(Z|[+-]\d\d:\d\d)$")]
    private static partial Regex MicroTime { get; }
}
