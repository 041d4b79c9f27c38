using System.Text.Json.Nodes;
using Promoter.FakeApiServer;
using Promoter.Kubernetes;

namespace Promoter.Tests.Kubernetes;

public sealed class CredentialTests : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("promoter-kubeconfig").FullName;
    private ApiServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await ApiServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task A_token_file_is_read_again_when_the_server_refuses_the_token()
    {
        var path = Write("token", "old\n");
        _server.Tokens.Add("old");
        using var client = Client(new TokenFile(path, TimeProvider.System));
        await client.VersionAsync(CancellationToken.None);

        _server.Tokens.Clear();
        _server.Tokens.Add("new");
        Write("token", "new\n");
        await client.VersionAsync(CancellationToken.None);

        Assert.Equal(["Bearer old", "Bearer old", "Bearer new"], _server.Calls.Select(call => call.Authorization));
    }

    [Fact]
    public async Task A_token_that_stays_refused_is_an_error_after_one_refresh()
    {
        _server.Tokens.Add("another");
        using var client = Client(new TokenFile(Write("token", "wrong"), TimeProvider.System));

        var refused = await Assert.ThrowsAsync<KubernetesException>(() => client.VersionAsync(CancellationToken.None));

        Assert.True(refused.IsDenied);
        Assert.Equal(2, _server.Calls.Count);
    }

    [Fact]
    public async Task Kubeconfig_with_a_token_is_used_as_kubectl_does()
    {
        var path = Kubeconfig("user: { token: abc }");
        var endpoint = Promoter.Kubernetes.Kubeconfig.Load(path, context: null, _ => null, TimeProvider.System);
        using var client = new KubernetesClient(endpoint, TimeProvider.System);

        await client.VersionAsync(CancellationToken.None);

        Assert.Equal("shop", endpoint.Namespace);
        Assert.Equal("Bearer abc", _server.Calls.Single().Authorization);
    }

    [Fact]
    public async Task An_exec_plugin_is_run_once_until_its_token_is_refused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the plugin is a shell script");
        var plugin = Write("plugin", """
            #!/bin/sh
            echo run >> "$COUNT"
            [ "$1" = get-token ] || exit 3
            echo "$KUBERNETES_EXEC_INFO" | grep -q '"server":"http://127.0.0.1' || exit 4
            printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"token-%s"}}' "$(wc -l < "$COUNT" | tr -d ' ')"
            """);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(plugin, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var path = Kubeconfig($$"""
            user:
                exec:
                  apiVersion: client.authentication.k8s.io/v1
                  command: ./plugin
                  args: [get-token]
                  env: [{ name: COUNT, value: {{Path.Combine(_directory, "count")}} }]
                  provideClusterInfo: true
                  interactiveMode: Never
            """);
        using var client = new KubernetesClient(Promoter.Kubernetes.Kubeconfig.Load(path, null, _ => null, TimeProvider.System), TimeProvider.System);

        await client.VersionAsync(CancellationToken.None);
        await client.VersionAsync(CancellationToken.None);
        _server.Tokens.Add("token-2");
        await client.VersionAsync(CancellationToken.None);

        Assert.Equal(["Bearer token-1", "Bearer token-1", "Bearer token-1", "Bearer token-2"], _server.Calls.Select(call => call.Authorization));
    }

    [Fact]
    public async Task A_missing_exec_plugin_is_named_with_its_hint()
    {
        var path = Kubeconfig("""
            user: { exec: { apiVersion: client.authentication.k8s.io/v1, command: no-such-plugin, installHint: "Install it from example.com." } }
            """);
        using var client = new KubernetesClient(Promoter.Kubernetes.Kubeconfig.Load(path, null, _ => null, TimeProvider.System), TimeProvider.System);

        var failed = await Assert.ThrowsAsync<KubernetesException>(() => client.VersionAsync(CancellationToken.None));

        Assert.Contains("no-such-plugin", failed.Message, StringComparison.Ordinal);
        Assert.Contains("Install it from example.com.", failed.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("contexts: []", "No context is current")]
    [InlineData("current-context: lost", "There is no context 'lost'")]
    [InlineData("{ broken", "cannot be read")]
    public void A_kubeconfig_that_cannot_be_used_says_why(string text, string expected)
    {
        var path = Write("config", text);

        var refused = Assert.Throws<KubernetesException>(() => Promoter.Kubernetes.Kubeconfig.Load(path, null, _ => null, TimeProvider.System));

        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
        Assert.Contains(path, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_kubeconfig_files_are_merged_and_the_first_wins()
    {
        var first = Write("first", "{ current-context: a, contexts: [{ name: a, context: { cluster: c, namespace: one } }] }");
        var second = Write("second", "{ current-context: b, contexts: [{ name: a, context: { cluster: x } }], clusters: [{ name: c, cluster: { server: 'https://c:6443' } }] }");

        var endpoint = Promoter.Kubernetes.Kubeconfig.Load(
            null, null, name => name == "KUBECONFIG" ? $"{first}{Path.PathSeparator}/does/not/exist{Path.PathSeparator}{second}" : null, TimeProvider.System);

        Assert.Equal(new Uri("https://c:6443/"), endpoint.Server);
        Assert.Equal("one", endpoint.Namespace);
    }

    [Fact]
    public void A_credentials_text_hides_the_secret()
    {
        var credential = new KubernetesCredential("s3cret");

        Assert.DoesNotContain("s3cret", credential.ToString(), StringComparison.Ordinal);
    }

    private static KubernetesEndpoint Endpoint(Uri server, IKubernetesCredentials credentials) => new() { Server = server, Credentials = credentials };

    private KubernetesClient Client(IKubernetesCredentials credentials) => new(Endpoint(_server.Url, credentials), TimeProvider.System);

    private string Kubeconfig(string user) => Write("config", $"""
        current-context: test
        contexts: [{JsonNode.Parse("""{ "name": "test", "context": { "cluster": "c", "user": "u", "namespace": "shop" } }""")!.ToJsonString()}]
        clusters: [{JsonNode.Parse($$"""{ "name": "c", "cluster": { "server": "{{_server.Url}}" } }""")!.ToJsonString()}]
        users:
        - name: u
          {user}
        """);

    private string Write(string name, string text)
    {
        var path = Path.Combine(_directory, name);
        File.WriteAllText(path, text);
        return path;
    }
}
