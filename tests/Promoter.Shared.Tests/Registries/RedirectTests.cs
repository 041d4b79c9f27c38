using System.Text;
using Microsoft.AspNetCore.Http;
using Promoter.Oci;
using Promoter.Registries;
using Promoter.Tests.Promotion;

namespace Promoter.Tests.Registries;

public sealed class RedirectTests
{
    private static readonly byte[] Content = "the blob"u8.ToArray();
    private static readonly Descriptor Blob = new("application/octet-stream", Digest.Of(Content), Content.Length);
    private static readonly RegistryCredential User = RegistryCredential.Basic("user", "secret") with { SendFirst = true };

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task Another_host_gets_the_request_but_not_the_credential(int status)
    {
        await using var bucket = await StubServer.StartAsync(context => context.Response.Body.WriteAsync(Content).AsTask());
        await using var registry = await StubServer.StartAsync(Redirect(status, _ => $"{bucket.Url}presigned?signature=1"));

        var read = await ReadAsync(registry);

        Assert.Equal(Content, read);
        Assert.Equal("/presigned?signature=1", Assert.Single(bucket.Seen).Target);
        Assert.Equal("", bucket.Seen[0].Authorization);
        Assert.StartsWith("Basic ", registry.Seen[0].Authorization);
    }

    [Fact]
    public async Task The_registry_itself_gets_the_credential_again()
    {
        await using var registry = await StubServer.StartAsync(context =>
        {
            if (context.Request.Path.Value!.EndsWith("/moved", StringComparison.Ordinal)) return context.Response.Body.WriteAsync(Content).AsTask();
            return Redirect(307, _ => "moved")(context);
        });

        Assert.Equal(Content, await ReadAsync(registry));
        Assert.All(registry.Seen, r => Assert.StartsWith("Basic ", r.Authorization));
    }

    [Fact]
    public async Task A_redirect_back_from_another_host_is_no_way_to_get_the_credential_elsewhere()
    {
        StubServer? bucket = null;
        await using var registry = await StubServer.StartAsync(context =>
            context.Request.Path.Value!.EndsWith("/back", StringComparison.Ordinal) ? context.Response.Body.WriteAsync(Content).AsTask() : Redirect(307, _ => bucket!.Url + "there")(context));
        await using (bucket = await StubServer.StartAsync(Redirect(307, _ => $"{registry.Url}back")))
        {
            Assert.Equal(Content, await ReadAsync(registry));
            Assert.Equal("", Assert.Single(bucket.Seen).Authorization);
        }
    }

    [Fact]
    public async Task A_loop_of_redirects_ends()
    {
        await using var registry = await StubServer.StartAsync(Redirect(307, context => context.Request.Path));

        var error = await Assert.ThrowsAsync<RegistryException>(() => ReadAsync(registry));

        Assert.Equal(RegistryFault.Protocol, error.Fault);
        Assert.False(error.IsTransient);
        Assert.Equal(6, registry.Seen.Count);
    }

    [Theory]
    [InlineData("ftp://127.0.0.1/x")]
    [InlineData("http://[not-an-address/x")]
    [InlineData("http://a b/")]
    public async Task A_redirect_to_nowhere_is_refused(string location)
    {
        await using var registry = await StubServer.StartAsync(Redirect(307, _ => location));

        var error = await Assert.ThrowsAsync<RegistryException>(() => ReadAsync(registry));

        Assert.Equal(RegistryFault.Protocol, error.Fault);
        Assert.False(error.IsTransient);
    }

    [Fact]
    public async Task A_redirect_without_a_Location_is_an_error()
    {
        await using var registry = await StubServer.StartAsync(context =>
        {
            context.Response.StatusCode = 307;
            return Task.CompletedTask;
        });

        Assert.Equal(RegistryFault.Protocol, (await Assert.ThrowsAsync<RegistryException>(() => ReadAsync(registry))).Fault);
    }

    [Fact]
    public async Task The_body_of_an_upload_is_not_sent_to_where_a_redirect_leads()
    {
        await using var source = await StubServer.StartAsync(context => context.Response.Body.WriteAsync(Content).AsTask());
        await using var target = await StubServer.StartAsync(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Response.StatusCode = context.Request.Method switch { "POST" => 202, "PUT" => 307, _ => 404 };
            context.Response.Headers.Location = "/elsewhere/upload";
        });
        using var clients = StubServer.Clients();
        await using var reader = Reader(clients, source);

        var error = await Assert.ThrowsAsync<RegistryException>(() => clients.Repository(target.Host, "x", Side.Target).PushBlobAsync(Blob, reader, null, TestContext.Current.CancellationToken));

        Assert.Equal(RegistryFault.Protocol, error.Fault);
        Assert.Single(target.Seen, r => r.Method == "PUT");
    }

    [Fact]
    public async Task An_upload_session_at_another_host_is_used_without_the_credential()
    {
        await using var source = await StubServer.StartAsync(context => context.Response.Body.WriteAsync(Content).AsTask());
        await using var store = await StubServer.StartAsync(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Response.StatusCode = 201;
        });
        await using var target = await StubServer.StartAsync(context =>
        {
            context.Response.StatusCode = context.Request.Method == "POST" ? 202 : 404;
            context.Response.Headers.Location = $"{store.Url}session?key=1";
            return Task.CompletedTask;
        });
        using var clients = StubServer.Clients(new FixedCredentials(_ => User));
        await using var reader = Reader(clients, source);

        await clients.Repository(target.Host, "x", Side.Target).PushBlobAsync(Blob, reader, null, TestContext.Current.CancellationToken);

        var put = Assert.Single(store.Seen);
        Assert.Equal($"/session?key=1&digest={Uri.EscapeDataString(Blob.Digest.ToString())}", put.Target);
        Assert.Equal("", put.Authorization);
    }

    [Theory]
    [InlineData(302, 404)]
    [InlineData(302, 429)]
    [InlineData(302, 200)]
    [InlineData(303, 404)]
    public async Task Referrers_that_are_asked_for_at_a_web_page_are_looked_for_under_the_fallback_tag(int redirect, int status)
    {
        // ghcr.io, which has no referrers API, answers 303.
        await using var pages = await StubServer.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = "text/html";
            context.Response.Headers.RetryAfter = "3600";
            return context.Response.Body.WriteAsync("<html></html>"u8.ToArray()).AsTask();
        });
        var subject = Digest.Of("subject"u8);
        var attached = Digest.Of("signature"u8);
        await using var registry = await StubServer.StartAsync(context =>
        {
            if (context.Request.Path.Value!.Contains("/referrers/", StringComparison.Ordinal)) return Redirect(redirect, _ => $"{pages.Url}packages/x")(context);
            context.Response.ContentType = MediaTypes.OciIndex;
            return context.Response.WriteAsync($$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciIndex}}","manifests":[{"mediaType":"{{MediaTypes.OciManifest}}","digest":"{{attached}}","size":9}]}""");
        });
        using var clients = StubServer.Clients();

        var referrers = await clients.Repository(registry.Host, "x", Side.Source).ListReferrersAsync(subject, TestContext.Current.CancellationToken);

        Assert.Equal(attached, Assert.Single(referrers).Digest);
        Assert.Equal($"/v2/x/manifests/{Tag.ForSubject(subject)}", registry.Seen[^1].Target);
        Assert.Equal(redirect == 303 ? 0 : 1, pages.Seen.Count);
    }

    [Theory]
    [InlineData(403)]
    [InlineData(503)]
    public async Task A_store_of_referrers_that_fails_is_not_taken_to_hold_none(int status)
    {
        await using var store = await StubServer.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.RetryAfter = "3600";
            return Task.CompletedTask;
        });
        await using var registry = await StubServer.StartAsync(Redirect(307, _ => $"{store.Url}referrers"));
        using var clients = StubServer.Clients();

        await Assert.ThrowsAsync<RegistryException>(() => clients.Repository(registry.Host, "x", Side.Source).ListReferrersAsync(Digest.Of("subject"u8), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task An_immutable_tag_of_Harbor_is_a_conflict()
    {
        await using var registry = await StubServer.StartAsync(context =>
        {
            context.Response.StatusCode = 412;
            return context.Response.WriteAsync("""{"errors":[{"code":"PRECONDITION","message":"Failed to process request due to 'web:1' configured as immutable."}]}""");
        });
        using var clients = StubServer.Clients();
        var manifest = ManifestReader.Read(Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciIndex}}","manifests":[]}"""));

        var error = await Assert.ThrowsAsync<RegistryException>(() =>
            clients.Repository(registry.Host, "x", Side.Target).PushManifestAsync(ManifestReference.Of(Tag.Parse("1")), manifest, TestContext.Current.CancellationToken));

        Assert.Equal(RegistryFault.TagConflict, error.Fault);
    }

    private static BlobReader Reader(RegistryClients clients, StubServer source) =>
        new(clients.Repository(source.Host, "x", Side.Source), Blob, Scene.FastRetries, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);

    private static RequestDelegate Redirect(int status, Func<HttpContext, string> location) => context =>
    {
        context.Response.StatusCode = status;
        context.Response.Headers.Location = location(context);
        return Task.CompletedTask;
    };

    private static async Task<byte[]> ReadAsync(StubServer registry)
    {
        using var clients = StubServer.Clients(new FixedCredentials(_ => User));
        await using var stream = await clients.Repository(registry.Host, "x", Side.Source).OpenBlobAsync(Blob, 0, TestContext.Current.CancellationToken);
        var buffer = new MemoryStream();
        await stream.CopyToAsync(buffer);
        return buffer.ToArray();
    }
}
