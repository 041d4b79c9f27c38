using System.Text.Json.Nodes;
using Promoter.Admission.Commands;
using Promoter.FakeApiServer;

namespace Promoter.Admission.Tests.Commands;

public sealed class UngateCommandTests : IAsyncLifetime
{
    private readonly string _kubeconfig = Path.Combine(Path.GetTempPath(), $"promoter-{Guid.NewGuid():n}");
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private ApiServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await ApiServer.StartAsync();
        await File.WriteAllTextAsync(
            _kubeconfig,
            $"{{ current-context: c, contexts: [{{ name: c, context: {{ cluster: c }} }}], clusters: [{{ name: c, cluster: {{ server: '{_server.Url}' }} }}] }}");
    }

    public async ValueTask DisposeAsync()
    {
        File.Delete(_kubeconfig);
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Every_gated_pod_is_released_and_nothing_else_changes()
    {
        Seed("shop", "web", "promoter.dev/image-pending");
        Seed("shop", "batch", "example.com/other", "promoter.dev/image-pending");
        Seed("other", "db", "example.com/other");
        var untouched = _server.Find("/api/v1/namespaces/other/pods/db")!.ToJsonString();

        var exitCode = await RunAsync("ungate", "--all", "--kubeconfig", _kubeconfig);

        Assert.Equal(0, exitCode);
        Assert.Empty(Gates("shop", "web"));
        Assert.Equal(["example.com/other"], Gates("shop", "batch"));
        Assert.Equal(untouched, _server.Find("/api/v1/namespaces/other/pods/db")!.ToJsonString());
        Assert.Contains("2 released, 0 failed", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_namespace_can_be_released_alone()
    {
        Seed("shop", "web", "promoter.dev/image-pending");
        Seed("other", "web", "promoter.dev/image-pending");

        Assert.Equal(0, await RunAsync("ungate", "--namespace", "shop", "--kubeconfig", _kubeconfig));

        Assert.Empty(Gates("shop", "web"));
        Assert.Single(Gates("other", "web"));
    }

    [Fact]
    public async Task A_pod_that_cannot_be_released_is_named_and_the_others_are_released()
    {
        Seed("shop", "a", "promoter.dev/image-pending");
        Seed("shop", "b", "promoter.dev/image-pending");
        _server.Fail(new ApiFault((method, path) => method == "PATCH" && path.EndsWith("/a", StringComparison.Ordinal), 403, Times: -1));

        var exitCode = await RunAsync("ungate", "--all", "--kubeconfig", _kubeconfig);

        Assert.Equal(1, exitCode);
        Assert.Contains("/pods/a", _error.ToString(), StringComparison.Ordinal);
        Assert.Empty(Gates("shop", "b"));
    }

    [Fact]
    public async Task An_account_that_may_not_list_pods_is_said_with_the_jobs_exit_code_for_it()
    {
        _server.Fail(new ApiFault((_, _) => true, 403, Times: -1));

        Assert.Equal(4, await RunAsync("ungate", "--all", "--kubeconfig", _kubeconfig));

        Assert.StartsWith("promoter-admission: ", _error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(" at Promoter.", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interruption_has_an_exit_code_and_no_stack()
    {
        Seed("shop", "web", "promoter.dev/image-pending");
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();

        Assert.Equal(7, await AdmissionCommands.RunAsync(["ungate", "--all", "--kubeconfig", _kubeconfig], _output, _error, stop.Token));

        Assert.Equal("promoter-admission: interrupted; run again to do the rest", _error.ToString().TrimEnd());
        Assert.Single(Gates("shop", "web"));
    }

    [Fact]
    public async Task A_kubeconfig_that_is_not_there_is_said()
    {
        Assert.Equal(2, await RunAsync("ungate", "--all", "--kubeconfig", "/does/not/exist"));

        Assert.Contains("/does/not/exist", _error.ToString(), StringComparison.Ordinal);
    }

    private Task<int> RunAsync(params string[] arguments) =>
        AdmissionCommands.RunAsync(arguments, _output, _error, TestContext.Current.CancellationToken);

    private void Seed(string ns, string name, params string[] gates) => _server.Seed($"/api/v1/namespaces/{ns}/pods", new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Pod",
        ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = new JsonObject { ["promoter.dev/gate"] = "pending" } },
        ["spec"] = new JsonObject
        {
            ["containers"] = new JsonArray(new JsonObject { ["name"] = "app", ["image"] = "app:1" }),
            ["schedulingGates"] = new JsonArray([.. gates.Select(gate => (JsonNode)new JsonObject { ["name"] = gate })]),
        },
        ["status"] = new JsonObject { ["phase"] = "Pending" },
    });

    private List<string> Gates(string ns, string name) =>
        [.. _server.Find($"/api/v1/namespaces/{ns}/pods/{name}")!["spec"]!["schedulingGates"]!.AsArray().Select(gate => gate!["name"]!.GetValue<string>())];
}
