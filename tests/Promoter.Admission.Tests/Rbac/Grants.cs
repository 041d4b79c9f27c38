using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Promoter.FakeApiServer;
using Promoter.Interop.Tests.Gitops;

namespace Promoter.Admission.Tests.Rbac;

/// <summary>One verb on one resource.</summary>
/// <param name="Namespace">Where; null: in the whole cluster.</param>
/// <param name="Resource">Group, plural and subresource.</param>
/// <param name="Names">The objects' names; empty: any.</param>
internal sealed record Grant(string? Namespace, string Resource, string Verb, IReadOnlyList<string> Names)
{
    public override string ToString() => $"{Verb} {Resource}{(Namespace is null ? "" : $" in {Namespace}")}{(Names.Count == 0 ? "" : $" named {string.Join(',', Names)}")}";
}

/// <summary>What a rendered chart grants, and what of it a scenario used or lacked; stands in an API server's authorization.</summary>
internal sealed class Grants(IReadOnlyList<Grant> all)
{
    private readonly ConcurrentDictionary<Grant, byte> _used = new();
    private readonly ConcurrentDictionary<string, byte> _lacked = new(StringComparer.Ordinal);

    public IReadOnlyList<string> Lacked => [.. _lacked.Keys.Order(StringComparer.Ordinal)];

    public IReadOnlyList<string> Unused => [.. all.Where(grant => !_used.ContainsKey(grant)).Select(grant => grant.ToString()).Order(StringComparer.Ordinal)];

    /// <param name="account">Whose: the webhook's, or that of its uninstall hook.</param>
    public static Grants Of(Rendered chart, string account) => new(
    [
        .. from binding in chart.OfKind("RoleBinding").Concat(chart.OfKind("ClusterRoleBinding"))
           where (string)binding["subjects"]![0]!["name"]! == account
           let role = chart.Objects.Single(o => (string)o["kind"]! == (string)binding["roleRef"]!["kind"]!
               && (string)o["metadata"]!["name"]! == (string)binding["roleRef"]!["name"]! && (string?)o["metadata"]!["namespace"] == (string?)binding["metadata"]!["namespace"])
           from rule in role["rules"]!.AsArray()
           from apiGroup in Texts(rule["apiGroups"])
           from resource in Texts(rule["resources"])
           from verb in Texts(rule["verbs"])
           select new Grant((string?)role["metadata"]!["namespace"], $"{apiGroup}/{resource}", verb, [.. Texts(rule["resourceNames"])]),
    ]);

    public bool Allows(string verb, ApiPath path)
    {
        var resource = $"{path.Group}/{path.Plural}{(path.Subresource is null ? "" : "/" + path.Subresource)}";
        var allowing = all.FirstOrDefault(grant => grant.Verb == verb && grant.Resource == resource && (grant.Namespace is null || grant.Namespace == path.Namespace)
            && (grant.Names.Count == 0 || (path.Name is { } name && grant.Names.Contains(name))));
        if (allowing is not null) _used[allowing] = 0;
        else _lacked[$"{verb} {resource}{(path.Namespace is null ? "" : " in " + path.Namespace)}"] = 0;
        return allowing is not null;
    }

    private static IEnumerable<string> Texts(JsonNode? list) => (list as JsonArray ?? []).Select(text => (string)text!);
}
