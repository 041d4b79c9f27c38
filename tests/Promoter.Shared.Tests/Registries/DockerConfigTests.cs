using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Promoter.Registries;
using Promoter.Registries.Authentication;
using Promoter.Tests.Promotion;

namespace Promoter.Tests.Registries;

public sealed class DockerConfigTests : IDisposable
{
    private static readonly string Programs = AddToPath(Directory.CreateTempSubdirectory("credential-helpers-").FullName);
    private readonly string _folder = Directory.CreateTempSubdirectory("docker-config-").FullName;
    private readonly string _own = Guid.NewGuid().ToString("N");

    [Theory]
    [InlineData("registry.test", "registry.test")]
    [InlineData("registry.test:5000", "registry.test:5000")]
    [InlineData("https://registry.test", "registry.test")]
    [InlineData("https://registry.test/v1/", "registry.test")]
    [InlineData("https://index.docker.io/v1/", "docker.io")]
    [InlineData("registry-1.docker.io", "docker.io")]
    public async Task An_entry_is_found_by_its_host(string key, string host)
    {
        var found = await FindAsync($$$$"""{"auths":{"{{{{key}}}}":{"auth":"{{{{Base64("user:pass:word")}}}}"}}}""", host);

        Assert.Equal("user", found!.UserName);
        Assert.Equal("pass:word", found.Secret);
        Assert.Contains("docker config", found.Origin);
    }

    [Fact]
    public async Task An_entry_of_another_host_is_not_used()
    {
        Assert.Null(await FindAsync($$$$"""{"auths":{"registry.test":{"auth":"{{{{Base64("u:p")}}}}"}}}""", "registry.test:5000"));
        Assert.Null(await FindAsync($$$$"""{"auths":{"registry.test":{"auth":"{{{{Base64("u:p")}}}}"}}}""", "evil.registry.test"));
        Assert.Null(await FindAsync("{}", "registry.test"));
    }

    [Fact]
    public async Task The_entry_for_the_whole_registry_is_preferred_to_one_for_a_part()
    {
        var found = await FindAsync($$$$"""{"auths":{"registry.test/team":{"auth":"{{{{Base64("part:p")}}}}"},"registry.test":{"auth":"{{{{Base64("whole:p")}}}}"}}}""", "registry.test");

        Assert.Equal("whole", found!.UserName);
    }

    [Fact]
    public async Task An_identity_token_and_plain_user_names_are_read()
    {
        var token = await FindAsync($$$$"""{"auths":{"registry.test":{"auth":"{{{{Base64("00000000:")}}}}","identitytoken":"refresh"}}}""", "registry.test");
        var plain = await FindAsync("""{"auths":{"registry.test":{"username":"u","password":"p"}}}""", "registry.test");

        Assert.True(token!.IsIdentityToken);
        Assert.Equal("refresh", token.Secret);
        Assert.Equal(("u", "p"), (plain!.UserName, plain.Secret));
    }

    [Theory]
    [InlineData("not base64!")]
    [InlineData("bm9jb2xvbg==")]
    public async Task A_broken_entry_says_what_to_do(string auth)
    {
        var error = await Assert.ThrowsAsync<RegistryException>(() => FindAsync($$$$"""{"auths":{"registry.test":{"auth":"{{{{auth}}}}"}}}""", "registry.test"));

        Assert.Equal(RegistryFault.Denied, error.Fault);
        Assert.Contains("docker login registry.test", error.Message);
        Assert.DoesNotContain(auth, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_JSON_is_an_error_that_names_it()
    {
        var error = await Assert.ThrowsAsync<RegistryException>(() => FindAsync("{", "registry.test"));

        Assert.Contains("config.json", error.Message);
    }

    [Theory]
    [InlineData("""{"credHelpers":{"registry.test":"~fake"}}""")]
    [InlineData("""{"credsStore":"~fake"}""")]
    [InlineData("""{"credsStore":"~broken","credHelpers":{"registry.test":"~fake"},"auths":{"registry.test":{}}}""")]
    public async Task A_helper_is_asked_for_its_host(string config)
    {
        Helper("fake", "read host; printf '{\"ServerURL\":\"%s\",\"Username\":\"from-%s\",\"Secret\":\"s3cret\"}' \"$host\" \"$host\"");
        Helper("broken", "echo broken; exit 1");

        var found = await FindAsync(config, "registry.test");

        Assert.Equal("from-registry.test", found!.UserName);
        Assert.Equal("s3cret", found.Secret);
        Assert.Contains("docker-credential-", found.Origin);
    }

    [Fact]
    public async Task Docker_Hub_has_its_historic_key()
    {
        Helper("hub", "read host; printf '{\"Username\":\"%s\",\"Secret\":\"s\"}' \"$host\"");

        Assert.Equal("https://index.docker.io/v1/", (await FindAsync("""{"credsStore":"~hub"}""", "docker.io"))!.UserName);
        Assert.Equal("https://index.docker.io/v1/", (await FindAsync("""{"credHelpers":{"https://index.docker.io/v1/":"~hub"}}""", "docker.io"))!.UserName);
    }

    [Fact]
    public async Task A_helper_may_give_an_identity_token()
    {
        Helper("token", "echo '{\"Username\":\"<token>\",\"Secret\":\"refresh\"}'");

        Assert.True((await FindAsync("""{"credsStore":"~token"}""", "registry.test"))!.IsIdentityToken);
    }

    [Fact]
    public async Task A_store_that_has_nothing_leaves_the_question_to_the_entries()
    {
        Helper("empty", "echo 'credentials not found in native keychain'; exit 1");

        var found = await FindAsync($$$$"""{"credsStore":"~empty","auths":{"registry.test":{"auth":"{{{{Base64("u:p")}}}}"}}}""", "registry.test");

        Assert.Equal("u", found!.UserName);
    }

    [Theory]
    [InlineData("echo no access >&2; exit 3", "no access")]
    [InlineData("echo not json", "not JSON")]
    [InlineData("echo '{}'", "lacks")]
    public async Task A_helper_that_fails_is_named(string script, string reason)
    {
        Helper("bad", script);

        var error = await Assert.ThrowsAsync<RegistryException>(() => FindAsync("""{"credsStore":"~bad"}""", "registry.test"));

        Assert.Contains("docker-credential-", error.Message);
        Assert.Contains(reason, error.Message);
        Assert.Equal(RegistryFault.Denied, error.Fault);
    }

    [Fact]
    public async Task A_helper_that_is_not_installed_is_named()
    {
        var error = await Assert.ThrowsAsync<RegistryException>(() => FindAsync("""{"credsStore":"nowhere-to-be-found"}""", "registry.test"));

        Assert.Contains("not on PATH", error.Message);
    }

    [Fact]
    public async Task A_helper_that_hangs_ends_with_the_callers_patience()
    {
        var started = Path.Combine(_folder, "started");
        Helper("slow", $"touch '{started}'; exec sleep 600");
        using var caller = new CancellationTokenSource();

        var asking = FindAsync("""{"credsStore":"~slow"}""", "registry.test", caller.Token);
        await Eventually.TrueAsync(() => File.Exists(started), "the helper was not started");
        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }

    [Fact]
    public async Task The_chain_asks_one_source_after_the_other()
    {
        var first = new FixedCredentials(_ => null);
        var second = new FixedCredentials(_ => RegistryCredential.Basic("second", "p"));
        var third = new FixedCredentials(_ => RegistryCredential.Basic("third", "p"));

        var found = await new CredentialChain([first, second, third], NullLogger<CredentialChain>.Instance).FindAsync("registry.test", null, TestContext.Current.CancellationToken);

        Assert.Equal("second", found!.UserName);
        Assert.Empty(third.LookUps);
    }

    [Fact]
    public void The_file_is_looked_for_where_docker_and_podman_keep_it()
    {
        var docker = Write(Path.Combine(_folder, "docker", "config.json"), "{}");
        var home = Write(Path.Combine(_folder, ".docker", "config.json"), "{}");
        var podman = Write(Path.Combine(_folder, "run", "containers", "auth.json"), "{}");
        var named = Write(Path.Combine(_folder, "named.json"), "{}");

        Assert.Equal(named, Find(("REGISTRY_AUTH_FILE", named), ("DOCKER_CONFIG", Path.GetDirectoryName(docker)!), ("HOME", _folder)));
        Assert.Equal(docker, Find(("DOCKER_CONFIG", Path.GetDirectoryName(docker)!), ("HOME", _folder)));
        Assert.Equal(home, Find(("DOCKER_CONFIG", "/nowhere"), ("HOME", _folder), ("XDG_RUNTIME_DIR", Path.Combine(_folder, "run"))));
        Assert.Equal(podman, Find(("HOME", "/nowhere"), ("XDG_RUNTIME_DIR", Path.Combine(_folder, "run"))));
        Assert.Null(Find());
    }

    [Fact]
    public void A_file_that_the_environment_names_must_exist()
    {
        var error = Assert.Throws<RegistryException>(() => Find(("REGISTRY_AUTH_FILE", "/nowhere/auth.json")));

        Assert.Contains("/nowhere/auth.json", error.Message);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string? Find(params (string Name, string Value)[] environment) =>
        DockerConfigLocation.Find(name => environment.FirstOrDefault(e => e.Name == name).Value);

    private static string Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    // Helpers are found on PATH, which all tests share: their names are made unique ("~" in a config).
    private static string AddToPath(string folder)
    {
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        Environment.SetEnvironmentVariable("PATH", $"{Environment.GetEnvironmentVariable("PATH")}{Path.PathSeparator}{folder}");
        return folder;
    }

    private void Helper(string name, string script)
    {
        var path = Write(Path.Combine(Programs, $"docker-credential-{_own}-{name}"), $"#!/bin/sh\n{script}\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private async Task<RegistryCredential?> FindAsync(string config, string host, CancellationToken? cancellationToken = null)
    {
        var file = Write(Path.Combine(_folder, "config.json"), config.Replace("~", _own + "-", StringComparison.Ordinal));
        return await new DockerConfigCredentials(file).FindAsync(host, null, cancellationToken ?? TestContext.Current.CancellationToken);
    }
}
