using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Tests.Registries;

public sealed class AddressPolicyTests
{
    private static readonly AddressPolicy Strict = new() { MayBePrivate = host => host == "registry.corp" };

    [Theory]
    [InlineData("169.254.169.254")]
    [InlineData("169.254.170.23")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("fe80::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    [InlineData("224.0.0.1")]
    public void Link_local_addresses_are_for_nobody(string address)
    {
        Assert.NotNull(Strict.Refuse("registry.example.com", IPAddress.Parse(address)));
        Assert.NotNull(Strict.Refuse("registry.corp", IPAddress.Parse(address)));
    }

    [Theory]
    [InlineData("10.1.2.3")]
    [InlineData("172.16.0.1")]
    [InlineData("192.168.1.1")]
    [InlineData("100.64.0.1")]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("fd12::1")]
    [InlineData("::ffff:10.1.2.3")]
    public void Private_addresses_are_for_hosts_that_are_configured(string address)
    {
        Assert.Contains("private", Strict.Refuse("registry.example.com", IPAddress.Parse(address)), StringComparison.Ordinal);
        Assert.Null(Strict.Refuse("registry.corp", IPAddress.Parse(address)));
    }

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("172.32.0.1")]
    [InlineData("2606:4700::1")]
    public void Public_addresses_are_for_everybody(string address) => Assert.Null(Strict.Refuse("registry.example.com", IPAddress.Parse(address)));

    [Fact]
    public void An_allowed_network_is_for_everybody()
    {
        var policy = new AddressPolicy { Allowed = [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("169.254.1.0/24")] };

        Assert.Null(policy.Refuse("a.example.com", IPAddress.Parse("10.1.2.3")));
        Assert.Null(policy.Refuse("a.example.com", IPAddress.Parse("::ffff:10.1.2.3")));
        Assert.Null(policy.Refuse("a.example.com", IPAddress.Parse("169.254.1.1")));
        Assert.NotNull(policy.Refuse("a.example.com", IPAddress.Parse("169.254.169.254")));
    }

    [Fact]
    public void Of_a_names_addresses_only_those_are_dialled_that_are_allowed()
    {
        var dialer = new GuardedDialer(Strict, (_, _) => throw new InvalidOperationException("nothing is resolved here"));
        IPAddress[] mixed = [IPAddress.Parse("10.0.0.1"), IPAddress.Parse("8.8.8.8")];

        Assert.Equal([mixed[1]], dialer.Allowed("registry.example.com", mixed));
        var refused = Assert.Throws<AddressRefusedException>(() => dialer.Allowed("registry.example.com", [mixed[0]]));
        Assert.Contains("registry.example.com leads to the private address 10.0.0.1", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_whose_name_resolves_to_a_refused_address_is_not_asked_and_not_tried_again()
    {
        await using var registry = await StubServer.StartAsync(_ => Task.CompletedTask);
        using var clients = Clients(new AddressPolicy());

        var e = await Assert.ThrowsAsync<RegistryException>(() => clients.Repository($"localhost:{registry.Url.Port}", "a", Side.Source).HeadManifestAsync(Reference, CancellationToken.None));

        Assert.Contains("leads to the private address", e.Message, StringComparison.Ordinal);
        Assert.False(e.IsTransient);
        Assert.Empty(registry.Seen);
    }

    [Fact]
    public async Task A_redirect_to_a_name_that_resolves_to_a_refused_address_is_not_followed()
    {
        await using var inside = await StubServer.StartAsync(_ => Task.CompletedTask);
        await using var registry = await StubServer.StartAsync(context =>
        {
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = $"http://localhost:{inside.Url.Port}/secret";
            return Task.CompletedTask;
        });
        using var clients = Clients(new AddressPolicy { MayBePrivate = host => host == "127.0.0.1" });

        var e = await Assert.ThrowsAsync<RegistryException>(() => clients.Repository(registry.Host, "a", Side.Source).HeadManifestAsync(Reference, CancellationToken.None));

        Assert.Contains("localhost leads to the private address", e.Message, StringComparison.Ordinal);
        Assert.NotEmpty(registry.Seen);
        Assert.Empty(inside.Seen);
    }

    private static ManifestReference Reference => ManifestReference.Of(Digest.Of("x"u8.ToArray()));

    private static RegistryClients Clients(AddressPolicy policy) => new(
        new NoCredentials(), [], new RegistryClientOptions { Retries = 3, Addresses = policy }, [], TimeProvider.System, NullLoggerFactory.Instance, () => 0);

    private sealed class NoCredentials : IRegistryCredentials
    {
        public ValueTask<RegistryCredential?> FindAsync(string host, RegistryCredential? rejected, CancellationToken cancellationToken) => new((RegistryCredential?)null);
    }
}
