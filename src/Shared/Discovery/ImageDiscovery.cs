namespace Promoter.Discovery;

/// <summary>
/// Finds the image references in manifests: known kinds by their own fields, then the user's fields, then whatever looks like containers, then the
/// annotation <c>promoter.dev/images</c>.
/// </summary>
public static class ImageDiscovery
{
    public static DiscoveryResult Find(IEnumerable<ManifestDocument> documents, DiscoveryOptions? options = null)
    {
        options ??= DiscoveryOptions.Default;
        var result = new FieldSorter(options);
        var objects = new List<ManifestObject>();
        foreach (var document in documents)
        {
            foreach (var item in ManifestObject.Of(document, document.Root, JsonPath.Root))
            {
                if (item is null) result.NoObject(document);
                else if (item.Kind is "Kustomization" or "Component" && item.Group is "kustomize.config.k8s.io") result.NotRendered(item);
                else objects.Add(item);
            }
        }

        foreach (var item in Selected(objects, options.Selection, result)) result.Visit(item);
        return new DiscoveryResult(result.Findings, result.Skipped, result.Problems);
    }

    // In the order of the manifests, so that reports read like the files.
    private static IEnumerable<ManifestObject> Selected(List<ManifestObject> objects, DiscoverySelection selection, FieldSorter result)
    {
        var references = new ObjectReferences(objects);
        var selected = new HashSet<ManifestObject>();
        var waiting = new Queue<ManifestObject>(objects.Where(selection.Selects));
        while (waiting.TryDequeue(out var item))
        {
            if (!selected.Add(item)) continue;
            foreach (var reference in references.Of(item))
            {
                if (reference.Target is null) result.Unresolved(item, reference);
                else if (LeadsBack(item, reference.Target, references)) result.Cyclic(item, reference);
                else waiting.Enqueue(reference.Target);
            }
        }

        return objects.Where(selected.Contains);
    }

    // Only Rollouts may not go round in a circle: a Workflow's templates may call each other.
    private static bool LeadsBack(ManifestObject start, ManifestObject target, ObjectReferences references)
    {
        var seen = new HashSet<ManifestObject>();
        for (var at = target; at is { Kind: "Rollout" } && seen.Add(at); at = references.Of(at).FirstOrDefault()?.Target)
        {
            if (at == start) return true;
        }

        return false;
    }
}
