using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Unicode;

namespace Promoter.Admission.Reviews;

/// <summary>An <c>admission.k8s.io/v1</c> AdmissionReview that has been read. Disposing it returns the memory of its JSON.</summary>
internal sealed class AdmissionReview : IDisposable
{
    public const string ApiVersion = "admission.k8s.io/v1";
    public const string Kind = "AdmissionReview";

    // A pod's deepest branch (managed fields) has about a dozen levels; duplicate keys have no meaning that two readers would agree on.
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 64, AllowDuplicateProperties = false };
    private readonly JsonDocument _document;

    private AdmissionReview(JsonDocument document, AdmissionRequest request)
    {
        _document = document;
        Request = request;
    }

    public AdmissionRequest Request { get; }

    /// <param name="problem">Why this is no review that can be answered, for the 400.</param>
    public static bool TryRead(ReadOnlyMemory<byte> body, [NotNullWhen(true)] out AdmissionReview? review, [NotNullWhen(false)] out string? problem)
    {
        review = null;
        if (!TryParse(body, out var document, out problem)) return false;
        problem = Check(document.RootElement, out var request);
        if (problem is null) review = new AdmissionReview(document, request!);
        else document.Dispose();
        return problem is null;
    }

    public void Dispose() => _document.Dispose();

    private static bool TryParse(ReadOnlyMemory<byte> body, [NotNullWhen(true)] out JsonDocument? document, [NotNullWhen(false)] out string? problem)
    {
        document = null;
        problem = null;
        // The reader checks UTF-8 only where a text is read, and throws there: check once, here.
        if (!Utf8.IsValid(body.Span)) problem = "the body is not valid UTF-8";
        else if (HasLoneSurrogate(body.Span)) problem = "a text has half of a surrogate pair, which is no character";
        if (problem is not null) return false;
        try
        {
            document = JsonDocument.Parse(body, Options);
            return true;
        }
        catch (JsonException e)
        {
            problem = $"the body is not JSON: {e.Message}";
            return false;
        }
    }

    private static bool HasLoneSurrogate(ReadOnlySpan<byte> body)
    {
        if (body.IndexOf("\\ud"u8) < 0 && body.IndexOf("\\uD"u8) < 0) return false;
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = Options.MaxDepth });
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName) reader.GetString();
            }

            return false;
        }
        catch (JsonException)
        {
            return false; // No JSON at all: the parser says it better.
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }

    private static string? Check(JsonElement root, out AdmissionRequest? request)
    {
        request = null;
        if (root.ValueKind is not JsonValueKind.Object) return "the body is no JSON object";
        if (!root.Is("kind", Kind)) return $"kind is '{Shorten(root.Text("kind"))}' instead of {Kind}";
        if (!root.Is("apiVersion", ApiVersion)) return $"apiVersion is '{Shorten(root.Text("apiVersion"))}': only {ApiVersion} is answered, set admissionReviewVersions: [\"v1\"]";

        var asked = root.Member("request");
        if (asked.ValueKind is not JsonValueKind.Object) return "there is no request";
        if (asked.Text("uid") is not { Length: > 0 } uid) return "request.uid is missing";
        if (asked.Member("resource").Text("resource") is not { } resource) return "request.resource.resource is missing";
        if (OperationOf(asked.Text("operation")) is not { } operation) return $"request.operation '{Shorten(asked.Text("operation"))}' is not known";

        request = new AdmissionRequest
        {
            Uid = uid,
            Operation = operation,
            Group = asked.Member("resource").Text("group") ?? "",
            Resource = resource,
            Subresource = asked.Text("subResource") ?? "",
            Namespace = asked.Text("namespace") ?? "",
            IsDryRun = asked.IsTrue("dryRun"),
            Object = asked.Member("object"),
            OldObject = asked.Member("oldObject"),
        };
        if (!request.IsPodCreation && !request.IsEphemeralContainerUpdate) return null;
        if (request.Object.Member("metadata").ValueKind is not JsonValueKind.Object) return "request.object is no pod: it has no metadata";
        if (request.Object.Member("spec").ValueKind is not JsonValueKind.Object) return "request.object is no pod: it has no spec";
        return request.IsEphemeralContainerUpdate && request.OldObject.ValueKind is not JsonValueKind.Object ? "request.oldObject is missing in an update" : null;
    }

    private static AdmissionOperation? OperationOf(string? text) => text switch
    {
        "CREATE" => AdmissionOperation.Create,
        "UPDATE" => AdmissionOperation.Update,
        "DELETE" => AdmissionOperation.Delete,
        "CONNECT" => AdmissionOperation.Connect,
        _ => null,
    };

    private static string Shorten(string? text) => text is { Length: > 64 } ? text[..64] + "…" : text ?? "";
}
