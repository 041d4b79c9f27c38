using System.Security.Cryptography.X509Certificates;
using Promoter.Admission.Hosting;
using Promoter.Admission.Tests.Support;
using Promoter.Admission.Tls;

namespace Promoter.Admission.Tests.Tls;

public sealed class FileCertificatesTests : IDisposable
{
    private const string Name = "promoter-admission.promoter.svc";
    private readonly string _directory = Directory.CreateTempSubdirectory("promoter-tls").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_renewed_certificate_is_used_without_a_restart_and_no_review_fails_meanwhile()
    {
        var now = TimeProvider.System.GetUtcNow();
        var authority = CertificateAuthority.CreateAuthority(now);
        Write(CertificateAuthority.CreateLeaf(authority, [Name], now));
        var time = new ManualTime();
        await using var webhook = await Webhook.StartAsync(tls: Files(), configure: builder => UseClock(builder, time));
        var certificate = Service<ServerCertificate>(webhook);
        var before = certificate.Current!.Thumbprint;

        var renewed = CertificateAuthority.CreateLeaf(authority, [Name], now);
        Write(renewed);
        await Eventually.TrueAsync(
            async () =>
            {
                time.Advance(TimeSpan.FromSeconds(5));
                Assert.True((await webhook.ReviewAsync(Trusting(authority), Name, Fixture.PodWith("nginx"))).Allowed);
                return certificate.Current.Thumbprint != before;
            },
            "the renewed certificate was not taken");
        Assert.True((await webhook.ReviewAsync(Trusting(authority), Name, Fixture.PodWith("nginx"))).Allowed);
    }

    [Fact]
    public async Task A_certificate_that_does_not_fit_its_key_leaves_the_old_one_in_place()
    {
        var now = TimeProvider.System.GetUtcNow();
        var authority = CertificateAuthority.CreateAuthority(now);
        Write(CertificateAuthority.CreateLeaf(authority, [Name], now));
        var time = new ManualTime();
        await using var webhook = await Webhook.StartAsync(tls: Files(), configure: builder => UseClock(builder, time));

        var before = Service<ServerCertificate>(webhook).Current!.Thumbprint;
        var renewed = CertificateAuthority.CreateLeaf(authority, [Name], now);
        File.WriteAllText(Path.Combine(_directory, "tls.key"), renewed.Key);
        for (var i = 0; i < 10; i++)
        {
            time.Advance(TimeSpan.FromSeconds(5));
            Assert.True((await webhook.ReviewAsync(Trusting(authority), Name, Fixture.PodWith("nginx"))).Allowed);
        }

        Assert.Equal(before, Service<ServerCertificate>(webhook).Current!.Thumbprint);
        Write(renewed);
        await Eventually.TrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(5));
                return Service<ServerCertificate>(webhook).Current!.Thumbprint != before;
            },
            "after the mismatch nothing is reloaded any more");
    }

    [Fact]
    public async Task A_certificate_that_cannot_be_read_ends_the_start()
    {
        var failure = await Assert.ThrowsAnyAsync<IOException>(() => Webhook.StartAsync(tls: Files()));

        Assert.Contains("tls.crt", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_a_client_ca_only_callers_with_its_certificate_are_served()
    {
        var now = TimeProvider.System.GetUtcNow();
        var authority = CertificateAuthority.CreateAuthority(now);
        Write(CertificateAuthority.CreateLeaf(authority, [Name], now));
        var clients = ClientCertificates.Create(now);
        File.WriteAllText(Path.Combine(_directory, "client-ca.crt"), clients.Authority);
        // It starts at all: its own review is let in, though no such CA signed its certificate.
        await using var webhook = await Webhook.StartAsync(tls: Files() with { ClientAuthorityFile = Path.Combine(_directory, "client-ca.crt") });

        using var ofAnother = ClientCertificates.Create(now).Certificate;
        using var ours = clients.Certificate;

        Assert.True((await webhook.ReviewAsync(Trusting(authority), Name, Fixture.PodWith("nginx"), ours)).Allowed);
        await Assert.ThrowsAnyAsync<Exception>(() => webhook.ReviewAsync(Trusting(authority), Name, Fixture.PodWith("nginx"), ofAnother));
        await Assert.ThrowsAnyAsync<Exception>(() => webhook.ReviewAsync(Trusting(authority), Name, Fixture.PodWith("nginx")));
    }

    private static T Service<T>(Webhook webhook)
        where T : class => (T)webhook.Services.GetService(typeof(T))!;

    private static void UseClock(Microsoft.AspNetCore.Builder.WebApplicationBuilder builder, TimeProvider time) =>
        Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddSingleton(builder.Services, time);

    private static X509Certificate2Collection Trusting(PemPair authority)
    {
        var trusted = new X509Certificate2Collection();
        trusted.ImportFromPem(authority.Certificate);
        return trusted;
    }

    private TlsOptions Files() => new() { Files = (Path.Combine(_directory, "tls.crt"), Path.Combine(_directory, "tls.key")) };

    private void Write(PemPair pair)
    {
        File.WriteAllText(Path.Combine(_directory, "tls.crt"), pair.Certificate);
        File.WriteAllText(Path.Combine(_directory, "tls.key"), pair.Key);
    }
}
