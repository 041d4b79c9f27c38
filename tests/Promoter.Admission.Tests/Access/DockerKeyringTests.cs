using System.Text;
using System.Text.Json.Nodes;
using Promoter.Admission.Access;
using Promoter.Oci;

namespace Promoter.Admission.Tests.Access;

public sealed class DockerKeyringTests
{
    [Theory]
    [InlineData("registry.example.com", "registry.example.com/team/app:1", true)]
    [InlineData("https://registry.example.com/v2/", "registry.example.com/team/app:1", true)]
    [InlineData("registry.example.com/team", "registry.example.com/team/app:1", true)]
    [InlineData("registry.example.com/other", "registry.example.com/team/app:1", false)]
    [InlineData("*.example.com", "registry.example.com/team/app:1", true)]
    [InlineData("*.example.com", "a.b.example.com/team/app:1", false)]
    [InlineData("*.com", "registry.example.com/team/app:1", false)]
    [InlineData("reg*.example.com/team", "registry.example.com/team/app:1", true)]
    [InlineData("registry.example.com:5000", "registry.example.com/team/app:1", false)]
    [InlineData("registry.example.com:5000", "registry.example.com:5000/team/app:1", true)]
    [InlineData("https://index.docker.io/v1/", "nginx", true)]
    [InlineData("docker.io", "library/nginx", true)]
    [InlineData("index.docker.io", "ghcr.io/a/b", false)]
    [InlineData("REGISTRY.example.com", "registry.example.com/team/app:1", false)]
    [InlineData("registry.example.com/te", "registry.example.com/team/app:1", true)]
    [InlineData("registry-[0-9].example.com", "registry-7.example.com/team/app:1", true)]
    [InlineData("registry-[^0-9].example.com", "registry-7.example.com/team/app:1", false)]
    [InlineData("registry-?.example.com", "registry-7.example.com/team/app:1", true)]
    [InlineData("registry-[.example.com", "registry-7.example.com/team/app:1", false)]
    [InlineData("*.example.com:5000", "registry.example.com:5000/team/app:1", true)]
    [InlineData("registry-1.docker.io", "nginx", false)]
    [InlineData("https://index.docker.io/v1/", "docker.io/team/app:1", true)]
    public void Locations_match_as_the_kubelet_matches_them(string location, string image, bool expected)
    {
        var keyring = new DockerKeyring();
        keyring.Add(Secret(new JsonObject { [location] = Entry("user", "password") }));

        Assert.Equal(expected, keyring.Find(ImageReference.Parse(image)).Candidates.Count == 1);
    }

    [Fact]
    public void Every_match_is_a_candidate_the_longest_location_first()
    {
        var keyring = new DockerKeyring();
        keyring.Add(Secret(new JsonObject { ["registry.example.com"] = Entry("wide", "1"), ["registry.example.com/team"] = Entry("narrow", "2") }));
        keyring.Add(Secret(new JsonObject { ["registry.example.com/team"] = Entry("second", "3"), ["other.example.com"] = Entry("other", "4") }));

        var candidates = keyring.Find(ImageReference.Parse("registry.example.com/team/app:1")).Candidates;

        Assert.Equal(["narrow", "second", "wide"], candidates.Select(candidate => candidate.UserName));
    }

    [Fact]
    public void The_old_name_of_docker_hub_counts_only_where_no_other_matches()
    {
        var keyring = new DockerKeyring();
        keyring.Add(Secret(new JsonObject { ["https://index.docker.io/v1/"] = Entry("old", "1"), ["docker.io"] = Entry("new", "2") }));

        Assert.Equal("new", Assert.Single(keyring.Find(ImageReference.Parse("nginx")).Candidates).UserName);
    }

    [Fact]
    public void An_entry_without_padding_is_read_and_an_identity_token_is_not()
    {
        var keyring = new DockerKeyring();
        keyring.Add(Secret(new JsonObject
        {
            ["a.example.com"] = new JsonObject { ["auth"] = Encode("user:pass!").TrimEnd('=') },
            ["b.example.com"] = new JsonObject { ["identitytoken"] = "eyJ" },
        }));

        Assert.Equal("pass!", Assert.Single(keyring.Find(ImageReference.Parse("a.example.com/x:1")).Candidates).Secret);
        Assert.Empty(keyring.Find(ImageReference.Parse("b.example.com/x:1")).Candidates);
    }

    [Fact]
    public void Both_types_of_secret_and_both_forms_of_an_entry_are_read()
    {
        var keyring = new DockerKeyring();
        keyring.Add(new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "old", ["namespace"] = "shop" },
            ["type"] = "kubernetes.io/dockercfg",
            ["data"] = new JsonObject { [".dockercfg"] = Encode("""{"a.example.com":{"username":"u","password":"p:with:colons"}}""") },
        });
        keyring.Add(Secret(new JsonObject { ["b.example.com"] = new JsonObject { ["auth"] = Encode("u:p:with:colons") } }));

        foreach (var host in (string[])["a.example.com", "b.example.com"])
        {
            Assert.Equal("p:with:colons", Assert.Single(keyring.Find(ImageReference.Parse($"{host}/x:1")).Candidates).Secret);
        }
    }

    [Theory]
    [InlineData("kubernetes.io/dockerconfigjson", "not base64!")]
    [InlineData("kubernetes.io/dockerconfigjson", "bm8ganNvbg==")]
    [InlineData("kubernetes.io/dockerconfigjson", "eyJhdXRocyI6W119")]
    [InlineData("Opaque", "e30=")]
    public void What_is_malformed_is_left_out(string type, string data)
    {
        var keyring = new DockerKeyring();
        keyring.Add(new JsonObject { ["metadata"] = new JsonObject { ["name"] = "x" }, ["type"] = type, ["data"] = new JsonObject { [".dockerconfigjson"] = data } });

        Assert.Empty(keyring.Find(ImageReference.Parse("registry.example.com/x:1")).Candidates);
    }

    private static JsonObject Secret(JsonObject auths) => new()
    {
        ["metadata"] = new JsonObject { ["name"] = "regcred", ["namespace"] = "shop" },
        ["type"] = "kubernetes.io/dockerconfigjson",
        ["data"] = new JsonObject { [".dockerconfigjson"] = Encode(new JsonObject { ["auths"] = auths }.ToJsonString()) },
    };

    private static JsonObject Entry(string user, string password) => new() { ["auth"] = Encode($"{user}:{password}") };

    private static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
