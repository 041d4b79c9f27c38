using System.Globalization;
using System.Text.Json.Nodes;

namespace Promoter.FakeApiServer;

/// <summary>Objects with resource versions, and the history from which watches are served: etcd and the watch cache in one.</summary>
internal sealed class ObjectStore(TimeProvider time)
{
    private const long FirstVersion = 100;
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Collection, string? Namespace, string Name), JsonObject> _objects = [];
    private readonly List<Change> _history = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _version = FirstVersion;
    private long _oldest = FirstVersion;

    public long Version
    {
        get
        {
            lock (_lock) return _version;
        }
    }

    public JsonObject Get(ApiPath path)
    {
        lock (_lock) return Find(path).DeepClone().AsObject();
    }

    /// <param name="asOf">The version whose state is asked for, which the history may reach back to.</param>
    public (IReadOnlyList<JsonObject> Items, long Version) List(ApiPath path, Func<JsonObject, bool> matches, long asOf)
    {
        lock (_lock)
        {
            var objects = new Dictionary<(string Collection, string? Namespace, string Name), JsonObject>(_objects);
            foreach (var change in _history.AsEnumerable().Reverse().Where(change => change.Version > asOf))
            {
                if (change.Before is { } before) objects[KeyOf(change.Path)] = before;
                else objects.Remove(KeyOf(change.Path));
            }

            var items = objects.Where(entry => entry.Key.Collection == path.Collection && (path.Namespace is null || entry.Key.Namespace == path.Namespace))
                .OrderBy(entry => entry.Key.Namespace, StringComparer.Ordinal).ThenBy(entry => entry.Key.Name, StringComparer.Ordinal)
                .Select(entry => entry.Value).Where(matches).Select(item => item.DeepClone().AsObject());
            return ([.. items], Math.Min(_version, Math.Max(asOf, _oldest)));
        }
    }

    public JsonObject Create(ApiPath path, JsonObject body)
    {
        lock (_lock)
        {
            var item = body.DeepClone().AsObject();
            var metadata = item["metadata"] as JsonObject ?? [];
            item["metadata"] = metadata;
            if (metadata["name"] is null && metadata["generateName"]?.GetValue<string>() is { } prefix) metadata["name"] = prefix + Guid.NewGuid().ToString("n")[..5];
            var name = metadata["name"]?.GetValue<string>() ?? throw ApiException.Invalid("metadata.name: Required value: name or generateName is required");
            if (_objects.ContainsKey((path.Collection, path.Namespace, name))) throw ApiException.AlreadyExists(path.Plural, name);
            if (path.Namespace is not null) metadata["namespace"] = path.Namespace;
            metadata["uid"] = Guid.NewGuid().ToString();
            metadata["creationTimestamp"] = time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
            Commit(path with { Name = name }, "ADDED", null, item);
            return item.DeepClone().AsObject();
        }
    }

    /// <param name="change">From the present object to the new one; runs under the lock, as a transaction.</param>
    public JsonObject Update(ApiPath path, Func<JsonObject, JsonObject> change)
    {
        lock (_lock)
        {
            var before = Find(path);
            var after = change(before.DeepClone().AsObject());
            var claimed = after["metadata"]?["resourceVersion"]?.GetValue<string>();
            if (claimed is not null && claimed != before["metadata"]!["resourceVersion"]!.GetValue<string>()) throw ApiException.Conflict(path);
            foreach (var kept in (string[])["uid", "creationTimestamp", "namespace"])
            {
                if (before["metadata"]![kept] is { } value) after["metadata"]![kept] = value.DeepClone();
            }

            after["metadata"]!["resourceVersion"] = before["metadata"]!["resourceVersion"]!.DeepClone();
            if (!JsonNode.DeepEquals(before, after)) Commit(path, "MODIFIED", before, after);
            return after.DeepClone().AsObject();
        }
    }

    public void Delete(ApiPath path, string? resourceVersion)
    {
        lock (_lock)
        {
            var before = Find(path);
            if (resourceVersion is not null && before["metadata"]!["resourceVersion"]!.GetValue<string>() != resourceVersion) throw ApiException.Conflict(path);
            Commit(path, "DELETED", before, null);
        }
    }

    /// <summary>Compaction: watches from before now must list again.</summary>
    public void ForgetHistory()
    {
        lock (_lock)
        {
            _history.Clear();
            _oldest = ++_version;
            Wake();
        }
    }

    /// <summary>The changes after a version, and a task that ends with the next one.</summary>
    public (IReadOnlyList<Change> Changes, Task Next) Since(long version)
    {
        lock (_lock)
        {
            if (version < _oldest) throw ApiException.Expired(_oldest);
            return ([.. _history.Where(change => change.Version > version)], _changed.Task);
        }
    }

    private JsonObject Find(ApiPath path) =>
        _objects.TryGetValue((path.Collection, path.Namespace, path.Name!), out var found) ? found : throw ApiException.NotFound(path);

    private void Commit(ApiPath path, string type, JsonObject? before, JsonObject? after)
    {
        _version++;
        var key = KeyOf(path);
        var last = (after ?? before)!.DeepClone().AsObject();
        last["metadata"]!["resourceVersion"] = _version.ToString(CultureInfo.InvariantCulture);
        if (after is null) _objects.Remove(key);
        else _objects[key] = last;
        after?["metadata"]?["resourceVersion"] = _version.ToString(CultureInfo.InvariantCulture);
        _history.Add(new Change(_version, type, path, before?.DeepClone().AsObject(), last));
        Wake();
    }

    private static (string Collection, string? Namespace, string Name) KeyOf(ApiPath path) => (path.Collection, path.Namespace, path.Name!);

    private void Wake()
    {
        var waiting = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting.SetResult();
    }

    /// <param name="Object">The state after the change; of a deletion, the last one.</param>
    internal sealed record Change(long Version, string Type, ApiPath Path, JsonObject? Before, JsonObject Object);
}
