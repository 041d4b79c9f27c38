using System.Diagnostics.Metrics;
using Promoter.Oci;
using Promoter.Registries;

namespace Promoter.Tests.Aws;

/// <summary>Refusals that retries hide are counted all the same: an account near its quota shows on the meter before anything fails.</summary>
public sealed class ThrottleTests
{
    // Meters are of the whole process: only what this test's own calls measure is taken.
    private static readonly AsyncLocal<bool> IsMine = new();

    [Fact]
    public async Task Each_attempt_that_the_ecr_api_throttles_counts_though_the_call_succeeds()
    {
        var counted = new List<KeyValuePair<string, object?>[]>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Name == "promoter.registry.throttles") l.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            if (IsMine.Value) counted.Add(tags.ToArray());
        });
        listener.Start();
        await using var scene = await AwsScene.StartAsync();
        var images = StubImages.On(scene.Aws);
        var query = new ManifestQuery(Tag.Parse("v1"), images.Add(1, "v1"));
        var refusals = new Queue<StubReply>([StubReply.Error(400, "ThrottlingException", "Rate exceeded"), StubReply.Error(429, "TooManyRequestsException", "Rate exceeded")]);
        scene.Aws.On("BatchGetImage", request => refusals.TryDequeue(out var refusal) ? refusal : images.BatchGetImage(request));
        using var registries = scene.Registries();

        IsMine.Value = true;
        var answers = await AwsScene.Platform(registries).FindManifestsAsync(AwsScene.Target, "shop/api", [query], CancellationToken.None);

        Assert.True(Assert.Single(answers!).HasDigest);
        Assert.Equal(["400", "429"], counted.Select(tags => tags.Single(tag => tag.Key == "status").Value));
        Assert.All(counted, tags => Assert.Equal("BatchGetImage", tags.Single(tag => tag.Key == "operation").Value));
    }
}
