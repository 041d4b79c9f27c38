using System.Text;
using Promoter.Copying;
using Promoter.Emulator.Faults;
using Promoter.Emulator.Images;
using Promoter.Emulator.Recording;
using Promoter.Oci;
using Promoter.Registries;
using Promoter.Tests.Promotion;
using Promoter.Tests.Registries;

namespace Promoter.Tests.Copying;

public sealed class ClosureReaderTests
{
    [Fact]
    public async Task Children_come_before_parents_and_each_only_once()
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(SampleImages.NestedIndex("web"));

        var closure = await ReadAsync(scene, image, ReferrerSelection.None);

        Assert.Equal(image.AllManifests().Select(m => m.Digest).Order(), closure.Manifests.Select(m => m.Digest.ToString()).Order());
        AssertOrder(closure);
        Assert.Equal(image.AllBlobs().Keys.Order(), closure.Blobs.Select(b => b.Digest.ToString()).Order());
    }

    [Fact]
    public async Task Only_manifests_are_read()
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(SampleImages.TwoPlatforms("web"));

        await ReadAsync(scene, image, ReferrerSelection.None);

        Assert.Equal(3, scene.Requests.Count(EmulatedAction.GetManifest));
        Assert.Equal(3, scene.Requests.All.Count);
    }

    [Fact]
    public async Task What_is_attached_is_found_wherever_it_is_attached()
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(SampleImages.TwoPlatforms("web"));
        var signature = Push(scene, SampleImages.Signature(image));
        var sbom = Push(scene, SampleImages.Sbom(image.Children[0]));
        var sbomSignature = Push(scene, SampleImages.Signature(sbom));
        var cosign = Push(scene, SampleImages.Cosign(image), SampleImages.CosignTag(image));
        var attestation = Push(scene, SampleImages.Cosign(image.Children[1], "att"), SampleImages.CosignTag(image.Children[1], "att"));
        Push(scene, SampleImages.Signature(SampleImages.Single("another")));

        var closure = await ReadAsync(scene, image, ReferrerSelection.All);

        var expected = image.AllManifests().Concat([signature, sbom, sbomSignature, cosign, attestation]).Select(m => m.Digest);
        Assert.Equal(expected.Order(), closure.Manifests.Select(m => m.Digest.ToString()).Order());
        Assert.Equal(
            new[] { SampleImages.CosignTag(image), SampleImages.CosignTag(image.Children[1], "att") }.Order(),
            closure.AttachedTags.Select(t => t.Tag.ToString()).Order());
        Assert.True(closure.IsSigned);
        AssertOrder(closure);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_registry_without_the_referrers_API_has_them_under_the_fallback_tag(bool paged)
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(SampleImages.Single("web"));
        var referrers = Enumerable.Range(0, 5).Select(i => Push(scene, SampleImages.Referrer(image, SampleImages.SbomType, $"sbom {i}"))).ToList();
        scene.Source.Behaviour.ReferrersPageSize = paged ? 2 : 0;
        if (!paged)
        {
            scene.Source.Behaviour.HasReferrersApi = false;
            Push(scene, SampleImages.FallbackIndex(referrers), SampleImages.FallbackTag(image.Digest));
        }

        var closure = await ReadAsync(scene, image, ReferrerSelection.All);

        Assert.Equal(referrers.Select(r => r.Digest).Order(), closure.Referrers.Select(m => m.Digest.ToString()).Order());
    }

    [Theory]
    [InlineData(400)]
    [InlineData(405)]
    [InlineData(406)]
    [InlineData(501)]
    [InlineData(200)]
    public async Task A_registry_that_knows_the_path_but_not_the_API_has_them_under_the_fallback_tag(int status)
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(SampleImages.Single("web"));
        var signature = Push(scene, SampleImages.Signature(image));
        Push(scene, SampleImages.FallbackIndex(signature), SampleImages.FallbackTag(image.Digest));
        scene.Faults.Inject(Effect.Html(status), EmulatedAction.ListReferrers, times: FaultScript.Always);

        var closure = await ReadAsync(scene, image, ReferrerSelection.All);

        Assert.Equal(signature.Digest, Assert.Single(closure.Referrers).Digest.ToString());
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(500)]
    public async Task A_registry_that_does_not_tell_what_refers_to_an_image_is_not_taken_to_have_nothing(int status)
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(SampleImages.Single("web"));
        scene.Faults.Inject(Effect.Status(status), EmulatedAction.ListReferrers, times: FaultScript.Always);

        await Assert.ThrowsAsync<RegistryException>(() => ReadAsync(scene, image, ReferrerSelection.All));
    }

    [Fact]
    public async Task Types_select_what_travels()
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(SampleImages.Single("web"));
        Push(scene, SampleImages.Signature(image));
        var sbom = Push(scene, SampleImages.Sbom(image));

        var closure = await ReadAsync(scene, image, ReferrerSelection.Of([SampleImages.SbomType]));

        Assert.Equal(sbom.Digest, Assert.Single(closure.Referrers).Digest.ToString());
    }

    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 4)]
    public async Task One_type_is_asked_for_with_a_filter_that_the_registry_may_apply_or_not(bool applies, int requests)
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(SampleImages.Single("web"));
        for (var i = 0; i < 5; i++) Push(scene, SampleImages.Referrer(image, SampleImages.SignatureType, $"signature {i}"));
        var sbom = Push(scene, SampleImages.Sbom(image));
        scene.Source.Behaviour.FiltersReferrers = applies;
        scene.Source.Behaviour.ReferrersPageSize = 2;

        var closure = await ReadAsync(scene, image, ReferrerSelection.Of([SampleImages.SbomType]));

        Assert.Equal(sbom.Digest, Assert.Single(closure.Referrers).Digest.ToString());

        // One for the SBOM itself, which has nothing attached.
        Assert.Equal(requests, scene.Requests.Count(EmulatedAction.ListReferrers));
    }

    [Fact]
    public async Task None_asks_for_nothing_that_is_attached()
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(SampleImages.Single("web"));

        await ReadAsync(scene, image, ReferrerSelection.None);

        Assert.Equal(0, scene.Requests.Count(EmulatedAction.ListReferrers));
        Assert.Equal(1, scene.Requests.Count(EmulatedAction.GetManifest));
    }

    [Fact]
    public async Task A_referrer_that_was_removed_after_it_was_listed_is_left_out()
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(SampleImages.Single("web"));
        var gone = SampleImages.Signature(image);
        scene.Source.Behaviour.HasReferrersApi = false;
        scene.Source.Behaviour.RequiresContent = false;
        Push(scene, SampleImages.FallbackIndex(gone), SampleImages.FallbackTag(image.Digest));
        scene.Source.RemoveManifest(Scene.Repository, gone.Digest);

        var closure = await ReadAsync(scene, image, ReferrerSelection.All);

        Assert.Empty(closure.Referrers);
    }

    [Fact]
    public async Task A_child_that_is_missing_at_the_source_is_named_with_its_platform()
    {
        await using var scene = await Scene.StartAsync();
        var image = scene.Given(SampleImages.TwoPlatforms("web"));
        scene.Source.RemoveManifest(Scene.Repository, image.Children[1].Digest);

        var error = await Assert.ThrowsAsync<RegistryException>(() => ReadAsync(scene, image, ReferrerSelection.None));

        Assert.Equal(RegistryFault.NotFound, error.Fault);
        Assert.Contains("linux/arm64", error.Message);
        Assert.Contains(image.Children[1].Digest, error.Message);
    }

    [Fact]
    public async Task An_index_that_contains_itself_is_refused()
    {
        // No registry that checks digests can hold one; a malicious one can try.
        var repository = new FakeRepository("source", "shop/web", Side.Source);
        var (outer, inner) = (Digest.Parse("sha256:" + new string('a', 64)), Digest.Parse("sha256:" + new string('b', 64)));
        repository.Manifests[outer.ToString()] = Index(outer, inner);
        repository.Manifests[inner.ToString()] = Index(inner, outer);

        var error = await Assert.ThrowsAsync<RegistryException>(() =>
            ClosureReader.ReadAsync(repository, null, repository.Manifests[outer.ToString()], ReferrerSelection.None, TestContext.Current.CancellationToken));

        Assert.Equal(RegistryFault.Unsupported, error.Fault);
        Assert.Contains("contains itself", error.Message);
    }

    [Fact]
    public async Task Indexes_that_nest_without_end_are_refused()
    {
        var repository = new FakeRepository("source", "shop/web", Side.Source);
        var digests = Enumerable.Range(0, 20).Select(i => Digest.Of([(byte)i])).ToList();
        for (var i = 0; i < 19; i++) repository.Manifests[digests[i].ToString()] = Index(digests[i], digests[i + 1]);

        var error = await Assert.ThrowsAsync<RegistryException>(() =>
            ClosureReader.ReadAsync(repository, null, repository.Manifests[digests[0].ToString()], ReferrerSelection.None, TestContext.Current.CancellationToken));

        Assert.Equal(RegistryFault.Unsupported, error.Fault);
        Assert.Contains("nested", error.Message);
    }

    [Fact]
    public async Task A_referrers_page_at_another_host_is_not_fetched()
    {
        await using var server = await Promoter.Tests.Registries.StubServer.StartAsync(context =>
        {
            context.Response.Headers.Link = "<http://127.0.0.1:1/v2/x/referrers/y>; rel=\"next\"";
            context.Response.ContentType = MediaTypes.OciIndex;
            return context.Response.Body.WriteAsync("""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}"""u8.ToArray()).AsTask();
        });
        using var clients = StubServer.Clients();

        var error = await Assert.ThrowsAsync<RegistryException>(() => clients.Repository(server.Host, "x", Side.Source).ListReferrersAsync(Digest.Of("x"u8), TestContext.Current.CancellationToken));

        Assert.Equal(RegistryFault.Protocol, error.Fault);
    }

    private static Manifest Index(Digest digest, Digest child) => ManifestReader.Read(
        Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":"application/vnd.oci.image.index.v1+json","digest":"{{child}}","size":1}]}"""),
        null,
        digest);

    private static void AssertOrder(ImageClosure closure)
    {
        var seen = new HashSet<Digest>();
        foreach (var manifest in closure.Manifests)
        {
            Assert.All(manifest.Manifests, child => Assert.Contains(child.Digest, seen));
            if (manifest.Subject is { } subject) Assert.Contains(subject.Digest, seen);
            Assert.True(seen.Add(manifest.Digest));
        }
    }

    private static BuiltImage Push(Scene scene, BuiltImage image, params string[] tags) => scene.Source.Push(Scene.Repository, image, tags);

    private static async Task<ImageClosure> ReadAsync(Scene scene, BuiltImage image, ReferrerSelection referrers)
    {
        var source = scene.SourceRepository();
        var root = await source.FetchManifestAsync(ManifestReference.Of(Digest.Parse(image.Digest)), TestContext.Current.CancellationToken);
        return await ClosureReader.ReadAsync(source, null, root!, referrers, TestContext.Current.CancellationToken);
    }
}
