using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Polly;

namespace Promoter.Kubernetes;

/// <summary>A thin client of the API server: verbs on resources, objects as JSON nodes.</summary>
public sealed class KubernetesClient : IDisposable
{
    /// <summary>The API server answers every request but a watch within 60 seconds (<c>--request-timeout</c>).</summary>
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(60);

    private readonly KubernetesEndpoint _endpoint;
    private readonly HttpClient _http;
    private readonly ResiliencePipeline<HttpResponseMessage> _retry;
    private readonly TimeProvider _time;
    private X509Certificate2? _certificate;

    public KubernetesClient(KubernetesEndpoint endpoint, TimeProvider time)
    {
        _endpoint = endpoint;
        _time = time;
        _retry = KubernetesRetry.Create(time);
        _http = new HttpClient(KubernetesHandlers.Create(endpoint, () => _certificate))
        {
            BaseAddress = endpoint.ServerName is { } name ? new UriBuilder(endpoint.Server) { Host = name }.Uri : endpoint.Server,
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("promoter", typeof(KubernetesClient).Assembly.GetName().Version?.ToString(3)));
        _http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (endpoint.Impersonated is not { } impersonated) return;
        _http.DefaultRequestHeaders.Add("Impersonate-User", impersonated.User);
        foreach (var group in impersonated.Groups) _http.DefaultRequestHeaders.Add("Impersonate-Group", group);
    }

    /// <summary>The namespace of the pod or of the kubeconfig's context.</summary>
    public string Namespace => _endpoint.Namespace;

    public Uri Server => _endpoint.Server;

    /// <exception cref="KubernetesException">It is not there, or the server refused.</exception>
    public Task<JsonObject> GetAsync(ResourceType type, string? ns, string name, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, type.PathOf(ns, name), null, null, cancellationToken);

    /// <summary>The object, or null where there is none.</summary>
    public async Task<JsonObject?> FindAsync(ResourceType type, string? ns, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await GetAsync(type, ns, name, cancellationToken);
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>One page of a collection: a List object whose <c>metadata.continue</c> leads to the next.</summary>
    public Task<JsonObject> ListPageAsync(ResourceType type, string? ns, ListOptions options, string? next, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, type.PathOf(ns) + Query.Of(options, next), null, null, cancellationToken);

    /// <summary>All objects of a collection, page after page, with the resource version from which to watch.</summary>
    public async Task<(IReadOnlyList<JsonObject> Items, string ResourceVersion)> ListAsync(
        ResourceType type, string? ns, ListOptions options, CancellationToken cancellationToken)
    {
        var items = new List<JsonObject>();
        var selection = options;
        for (string? next = null; ;)
        {
            JsonObject page;
            try
            {
                page = await ListPageAsync(type, ns, selection, next, cancellationToken);
            }
            catch (KubernetesException e) when (e.IsExpired && next is not null)
            {
                // The state that the pages are of was compacted meanwhile: everything at once, which is what client-go's pager falls back to.
                selection = options with { PageSize = null, ResourceVersion = null };
                items.Clear();
                next = null;
                continue;
            }

            items.AddRange(page.Items("items").OfType<JsonObject>());
            next = page.Text("metadata", "continue");
            if (string.IsNullOrEmpty(next)) return (items, page.ResourceVersion() ?? "");
        }
    }

    /// <summary>The changes since <paramref name="resourceVersion"/>, as the server streams them; ends when the server ends it.</summary>
    /// <param name="limit">How long the server shall keep the stream open.</param>
    /// <exception cref="KubernetesException">Refused; <see cref="KubernetesException.IsExpired"/> asks for a new list.</exception>
    public async IAsyncEnumerable<WatchEvent> WatchAsync(
        ResourceType type, string? ns, ListOptions options, string resourceVersion, TimeSpan limit, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var path = type.PathOf(ns) + Query.OfWatch(options, resourceVersion, limit);
        // The server ends the stream at the limit; silence long after it means that the end was lost.
        using var patience = new CancellationTokenSource(limit + RequestTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        using var answer = await RequestAsync(HttpMethod.Get, path, null, null, either.Token);
        await using var stream = await answer.Content.ReadAsStreamAsync(either.Token);
        using var lines = new StreamReader(stream, Encoding.UTF8);
        while (await ReadLineAsync(lines, either.Token) is { } line)
        {
            if (line.Length > 0) yield return WatchEvent.Parse(line);
        }
    }

    public Task<JsonObject> CreateAsync(ResourceType type, string? ns, JsonObject body, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, type.PathOf(ns), "application/json", body, cancellationToken);

    /// <summary>Replaces an object; with <c>metadata.resourceVersion</c> in it only if nobody else has changed it since.</summary>
    public Task<JsonObject> ReplaceAsync(ResourceType type, string? ns, string name, JsonObject body, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Put, type.PathOf(ns, name), "application/json", body, cancellationToken);

    public Task<JsonObject> PatchAsync(
        ResourceType type, string? ns, string name, KubernetesPatch patch, CancellationToken cancellationToken, string? subresource = null)
    {
        var query = patch.FieldManager is { } manager ? $"?fieldManager={Uri.EscapeDataString(manager)}&force=true" : "";
        return SendAsync(HttpMethod.Patch, type.PathOf(ns, name, subresource) + query, patch.MediaType, patch.Body, cancellationToken);
    }

    /// <summary>Deletes an object, its dependants in the background.</summary>
    /// <param name="resourceVersion">Delete only if nobody has changed it since; null: in any case.</param>
    public Task DeleteAsync(ResourceType type, string? ns, string name, string? resourceVersion, CancellationToken cancellationToken)
    {
        var options = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "DeleteOptions", ["propagationPolicy"] = "Background" };
        if (resourceVersion is not null) options["preconditions"] = new JsonObject { ["resourceVersion"] = resourceVersion };
        return SendAsync(HttpMethod.Delete, type.PathOf(ns, name), "application/json", options, cancellationToken);
    }

    /// <summary>The server's version, for features that depend on it: (1, 34).</summary>
    public async Task<(int Major, int Minor)> VersionAsync(CancellationToken cancellationToken)
    {
        var version = await SendAsync(HttpMethod.Get, "version", null, null, cancellationToken);
        return (Leading(version.Text("major")), Leading(version.Text("minor")));

        // Managed offerings write "27+".
        static int Leading(string? text) => int.TryParse(text.AsSpan().TrimEnd('+'), out var number) ? number : 0;
    }

    /// <summary>Whether this principal may do something, in the API server's own judgement; everybody may ask (<c>system:basic-user</c>).</summary>
    /// <param name="ns">The namespace; null for all of them.</param>
    public async Task<bool> MayAsync(string verb, ResourceType type, string? ns, CancellationToken cancellationToken)
    {
        var asked = new JsonObject { ["verb"] = verb, ["group"] = type.Group, ["resource"] = type.Plural };
        if (ns is not null) asked["namespace"] = ns;
        var review = new JsonObject
        {
            ["apiVersion"] = ResourceType.SelfSubjectAccessReviews.ApiVersion,
            ["kind"] = ResourceType.SelfSubjectAccessReviews.Kind,
            ["spec"] = new JsonObject { ["resourceAttributes"] = asked },
        };
        var answer = await CreateAsync(ResourceType.SelfSubjectAccessReviews, null, review, cancellationToken);
        return answer.At("status", "allowed") is JsonValue allowed && allowed.GetValueKind() is JsonValueKind.True;
    }

    public void Dispose() => _http.Dispose();

    private static async Task<string?> ReadLineAsync(StreamReader lines, CancellationToken cancellationToken)
    {
        try
        {
            return await lines.ReadLineAsync(cancellationToken);
        }
        catch (IOException)
        {
            return null; // A watch that breaks has simply ended: whoever watches resumes from the last resource version.
        }
    }

    private async Task<JsonObject> SendAsync(HttpMethod method, string path, string? mediaType, JsonNode? body, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(RequestTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            using var answer = await RequestAsync(method, path, mediaType, body, either.Token);
            var text = await answer.Content.ReadAsByteArrayAsync(either.Token);
            return JsonNode.Parse(text) as JsonObject ?? throw new JsonException("the document is no object");
        }
        catch (OperationCanceledException e) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new KubernetesException($"{method} {path}: the API server did not answer within {RequestTimeout.TotalSeconds} seconds.", e);
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            throw new KubernetesException($"{method} {path}: the API server at {Server} did not answer with a JSON object: {e.Message}", e);
        }
    }

    private async Task<HttpResponseMessage> RequestAsync(HttpMethod method, string path, string? mediaType, JsonNode? body, CancellationToken cancellationToken)
    {
        var bytes = body is null ? null : Encoding.UTF8.GetBytes(body.ToJsonString());
        var credential = await _endpoint.Credentials.GetAsync(null, cancellationToken);
        for (var refreshed = false; ;)
        {
            _certificate = credential.Certificate;
            var answer = await AttemptAsync(method, path, mediaType, bytes, credential, cancellationToken);
            if (answer.IsSuccessStatusCode) return answer;

            using (answer)
            {
                if (answer.StatusCode is not HttpStatusCode.Unauthorized || refreshed) throw await StatusReader.ReadAsync(method, path, answer, cancellationToken);
            }

            refreshed = true;
            credential = await _endpoint.Credentials.GetAsync(credential, cancellationToken);
        }
    }

    private async Task<HttpResponseMessage> AttemptAsync(
        HttpMethod method, string path, string? mediaType, byte[]? body, KubernetesCredential credential, CancellationToken cancellationToken)
    {
        var context = KubernetesRetry.ContextOf(method, cancellationToken);
        try
        {
            return await _retry.ExecuteAsync(
                async attempt =>
                {
                    using var request = new HttpRequestMessage(method, path);
                    if (credential.Token is { } token) request.Headers.Authorization = new AuthenticationHeaderValue(credential.Scheme, token);
                    if (body is not null) request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(mediaType!) } };
                    return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, attempt.CancellationToken);
                },
                context);
        }
        catch (HttpRequestException e)
        {
            throw new KubernetesException($"{method} {path}: the API server at {Server} cannot be reached: {e.InnerException?.Message ?? e.Message}", e);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }
}
